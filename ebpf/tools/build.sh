#!/usr/bin/env bash
# Builds an eBPF object from source.    build.sh OUTPUT
# Which one, the name of the output says: xdplive.bpf.o, or an instrument's.
# Installs what it needs: rust-src of the pinned compiler, and bpf-linker (1 to 5 minutes, once).
set -euo pipefail

output=$(realpath "${1:?usage: build.sh OUTPUT}")
name=$(basename "$output" .bpf.o)
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
cargo_home=${CARGO_HOME:-$HOME/.cargo}
remap="$(realpath ..)=xdplive $sysroot=rust $cargo_home=cargo"
# Cargo names the directory of crates after the registry they come from, which may be a mirror. It is there once they are.
RUSTC_BOOTSTRAP=1 cargo fetch --quiet --locked
for registry in "$cargo_home"/registry/src/*; do remap+=" $registry=crates"; done
flags=$(for pair in $remap; do printf ', "--remap-path-prefix=%s"' "$pair"; done)
# The object is one for all processors. What the bindings have of each, the registers of kernel functions, is not used; but
# their files have its name.
export AYA_BPF_TARGET_ARCH=x86_64
# The kernel crate is built by the pinned stable compiler; building `core` is all it needs from nightly.
RUSTC_BOOTSTRAP=1 cargo build --quiet --release --locked --bin "$name" \
  --config "target.bpfel-unknown-none.rustflags=[${flags#, }]"

object=target/bpfel-unknown-none/release/$name
# The name of a function has a hash in it that depends on where the checkout is.
renamed=$(readelf --symbols --wide "$object" | sed -nE 's/.* (_R\w*Cs)([0-9A-Za-z]+_)(\w+)$/--redefine-sym=\1\2\3=\1_\3/p' | sort -u)
# The kernel reads BTF; DWARF would only make every binary that embeds the object larger.
# shellcheck disable=SC2086
LD_LIBRARY_PATH=$sysroot/lib "$sysroot"/lib/rustlib/*/bin/rust-objcopy --strip-debug $renamed "$object" "$output"
