#!/usr/bin/env bash
# Fails where the committed object's code or maps are not what the source gives.    compare.sh COMMITTED BUILT
# Line tables and strings are left out: they name files of the compiler's own source.
set -euo pipefail

sysroot=$(rustc --print sysroot)
export LD_LIBRARY_PATH=$sysroot/lib
objcopy=$(echo "$sysroot"/lib/rustlib/*/bin/rust-objcopy)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for object in "$1" "$2"; do
  for section in xdp.frags .relxdp.frags classifier .relclassifier .maps license; do
    "$objcopy" --dump-section="$section=$work/$section" "$object" /dev/null
    cat "$work/$section"
  done >"$work/$(basename "$object").code"
done
if ! cmp -s "$work/$(basename "$1").code" "$work/$(basename "$2").code"; then
  echo "$1 is not what its source gives: run \`make ebpf\` and commit the object." >&2
  exit 1
fi
