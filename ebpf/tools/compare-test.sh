#!/usr/bin/env bash
# Whether compare.sh notices any change: one byte in the middle of each section, of the ELF header and of the table of
# sections.    compare-test.sh OBJECT
set -euo pipefail

object=$(realpath "${1:?usage: compare-test.sh OBJECT}")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Name, offset and size (hexadecimal) of each section that is in the file.
sections() {
  readelf --section-headers --wide "$object" | sed -nE 's/^ *\[ *[0-9]+\] (\S+) +[A-Z]+ +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) .*/\1 \2 \3/p'
}

flip() {
  local offset=$1 byte
  cp "$object" "$work/changed"
  byte=$(od -An -tu1 -j "$offset" -N 1 "$object" | tr -d ' ')
  printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$work/changed" bs=1 seek="$offset" conv=notrunc status=none
}

cp "$object" "$work/same"
./compare.sh "$work/same" "$object" || { echo "compare.sh refuses an object that is the same" >&2; exit 1; }

count=0
while read -r name offset size; do
  flip $((16#$offset + 16#$size / 2))
  if said=$(./compare.sh "$work/changed" "$object" 2>&1); then
    echo "compare.sh does not notice a changed byte in $name" >&2
    exit 1
  fi
  # What compare.sh can read by itself it names.
  case $name in
  .rel* | .strtab | .symtab | headers | table) ;;
  *) [[ $said == *" $name"[\ \)]* ]] || { echo "compare.sh does not name $name: $said" >&2; exit 1; } ;;
  esac
  count=$((count + 1))
done < <(
  sections
  echo headers 20 1
  printf 'table %x 1\n' $(($(stat -c %s "$object") - 30))
)
# Code and read-only data of the programs, their maps, types, relocations and symbols.
[ "$count" -ge 18 ] || { echo "only $count parts were tried: are all sections found?" >&2; exit 1; }
echo "compare.sh notices a changed byte in each of $count parts"
