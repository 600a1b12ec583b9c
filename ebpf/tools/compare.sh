#!/usr/bin/env bash
# Fails where the committed object is not, byte for byte, what the source gives.    compare.sh COMMITTED BUILT
set -euo pipefail

committed=${1:?usage: compare.sh COMMITTED BUILT}
built=${2:?usage: compare.sh COMMITTED BUILT}
cmp -s "$committed" "$built" && exit 0

# Which parts differ helps to find out why; the answer stands without it.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sysroot=$(rustc --print sysroot)
objcopy=$(echo "$sysroot"/lib/rustlib/*/bin/rust-objcopy)
differing=()
for section in .text .rodata .rodata.cst4 xdp.frags classifier license .maps .BTF .BTF.ext; do
  for object in committed built; do
    LD_LIBRARY_PATH=$sysroot/lib "$objcopy" --dump-section="$section=$work/$object" "${!object}" /dev/null 2>/dev/null || : >"$work/$object"
  done
  cmp -s "$work/committed" "$work/built" || differing+=("$section")
done
echo "$committed is not what its source gives (it differs in ${differing[*]:-symbols, relocations or headers})." >&2
echo "Run \`make ebpf\` and commit the object; but if the source has not changed, somebody has changed the object." >&2
exit 1
