#!/usr/bin/env bash
# Runs a command that builds for a target of Rust's, once what it takes to build for another processor is here.
#   cross.sh TARGET COMMAND…
set -euo pipefail

target=$1
shift
if [ "$target" != "$(rustc -vV | sed -n 's/^host: //p')" ]; then
  case $target in
    aarch64-unknown-linux-gnu) packages='gcc-aarch64-linux-gnu libc6-dev-arm64-cross' linker=aarch64-linux-gnu-gcc ;;
    x86_64-unknown-linux-gnu) packages='gcc-x86-64-linux-gnu libc6-dev-amd64-cross' linker=x86_64-linux-gnu-gcc ;;
    *)
      echo "$target cannot be built for here; another processor's targets are aarch64-unknown-linux-gnu, x86_64-unknown-linux-gnu" >&2
      exit 1
      ;;
  esac
  # shellcheck disable=SC2086
  "$(dirname "$0")/dependencies.sh" $packages
  rustup target list --installed | grep -qx "$target" || rustup --quiet target add "$target"
  variable=${target//-/_}
  export "CARGO_TARGET_${variable^^}_LINKER=$linker"
fi
exec "$@"
