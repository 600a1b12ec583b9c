#!/usr/bin/env bash
# Builds the eBPF object from source.    build.sh OUTPUT
# Installs what it needs: rust-src of the pinned compiler, and bpf-linker (1 to 5 minutes, once).
set -euo pipefail

output=$(realpath "${1:?usage: build.sh OUTPUT}")
cd "$(dirname "$0")/.."
BPF_LINKER=0.10.4

./tools/rust-src.sh
# Some builds of it write a v before the number.
installed=$(bpf-linker --version 2>/dev/null || true)
if [ "${installed#bpf-linker }" != "$BPF_LINKER" ] && [ "${installed#bpf-linker v}" != "$BPF_LINKER" ]; then
  cargo install --quiet bpf-linker --version "$BPF_LINKER" --locked --force
fi

# Paths of this machine have no place in the object, and would make it differ from machine to machine.
sysroot=$(rustc --print sysroot)
remap="$(realpath ..)=xdplive $sysroot=rust ${CARGO_HOME:-$HOME/.cargo}=cargo"
flags=$(for pair in $remap; do printf ', "--remap-path-prefix=%s"' "$pair"; done)
# The kernel crate is built by the pinned stable compiler; building `core` is all it needs from nightly.
RUSTC_BOOTSTRAP=1 cargo build --quiet --release --locked \
  --config "target.bpfel-unknown-none.rustflags=[${flags#, }]"

# The kernel reads BTF; DWARF would only make every binary that embeds the object larger.
LD_LIBRARY_PATH=$sysroot/lib "$sysroot"/lib/rustlib/*/bin/rust-objcopy --strip-debug \
  target/bpfel-unknown-none/release/xdplive "$output"
