#!/usr/bin/env bash
# Whether a packaged plugin holds what Grafana needs and nothing else.    check-package.sh DIRECTORY PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."

directory=$1
program=$2

fail() {
  echo "$directory: $*" >&2
  exit 1
}

# What plugin.json names has to be there, pictures and dashboards; and the files of src/locales and docs/install.
named=$(grep -oE '"(img|dashboards)/[^"]+"' "$directory/plugin.json" | tr -d '"')
own=(CHANGELOG.md LICENSE README.md module.js module.js.map plugin.json "$program")
install=$(cd docs && echo install/xdplive*)
locales=$(cd src && find locales -type f)
expected=$(printf '%s\n' "${own[@]}" $named $install $locales | sort -u)
present=$(cd "$directory" && find . -type f -printf '%P\n' | sort)
diff <(echo "$expected") <(echo "$present") >&2 || fail "other files (>) than are needed (<)"

[ -x "$directory/$program" ] || fail "$program is not executable"
! grep -nE '%[A-Z]+%' "$directory/plugin.json" >&2 || fail "plugin.json has placeholders left"
grep -q "\"version\": \"$(sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)\"" "$directory/plugin.json" ||
  fail "plugin.json has another version than package.json"
