#!/usr/bin/env bash
# Looks for bytes with which something does not hold.    fuzz.sh SECONDS [TARGET…]
# What is found goes to fuzz/inputs/TARGET, with the fix. The targets are functions of fuzz/src/lib.rs.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: fuzz.sh SECONDS [TARGET…]}
shift
command -v cargo-fuzz >/dev/null || cargo install --quiet --locked cargo-fuzz
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(cargo fuzz list)

for target in "$@"; do
  found=target/fuzz/found/$target
  mkdir -p "$found" target/fuzz/failed
  echo "== $target, $seconds s"
  # Without a sanitizer: there is next to no unsafe code here, and what stops a run is a panic. Stable Rust will do.
  log=target/fuzz/$target.log
  if ! cargo fuzz run --sanitizer none --target-dir target/fuzz --features libfuzzer "$target" \
    "$found" "fuzz/inputs/$target" -- \
    -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="target/fuzz/failed/$target-" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    exit 1
  fi
  grep -E '^stat::(number_of_executed_units|peak_rss_mb)|^#.*DONE' "$log"
done
