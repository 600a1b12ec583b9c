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

# What plugin.json and README.md name has to be there, pictures and dashboards; and the files of src/locales and docs/install.
named=$(grep -ohE '\b(img|dashboards)/[a-z-]+\.(png|svg|json)' "$directory/plugin.json" "$directory/README.md")
own=(CHANGELOG.md LICENSE README.md module.js module.js.map plugin.json "$program")
install=$(cd docs && echo install/xdplive*)
locales=$(cd src && find locales -type f)
expected=$(printf '%s\n' "${own[@]}" $named $install $locales | sort -u)
present=$(cd "$directory" && find . -type f -printf '%P\n' | sort)
diff <(echo "$expected") <(echo "$present") >&2 || fail "other files (>) than are needed (<)"

[ -x "$directory/$program" ] || fail "$program is not executable"
case ${program##*_} in
  amd64) machine=X86-64 ;;
  arm64) machine=AArch64 ;;
  *) fail "$program is for a processor that is not known here" ;;
esac
readelf --file-header "$directory/$program" | grep -q "Machine:.*$machine\$" || fail "$program is not for $machine"
! readelf --program-headers --wide "$directory/$program" | grep -q INTERP || fail "$program needs libraries"
! grep -nE '%[A-Z]+%' "$directory/plugin.json" >&2 || fail "plugin.json has placeholders left"
grep -q "\"version\": \"$(sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)\"" "$directory/plugin.json" ||
  fail "plugin.json has another version than package.json"

# People who have the package have nothing else: a link or a picture leads to the web, into the page, or to a file that is there.
# Grafana shows README.md on the page of the plugin, which finds the plugin's files below public/plugins.
for page in README.md CHANGELOG.md; do
  while read -r target; do
    case $target in
      http://* | https://* | mailto:* | \#*) continue ;;
    esac
    file=${target#"public/plugins/$(sed -n 's/^  "id": "\(.*\)",/\1/p' src/plugin.json)/"}
    [ -f "$directory/${file%%#*}" ] || fail "$page leads to $target, which is not in the package"
  done < <(grep -oE '\]\([^)]+\)|(src|srcset|href)="[^"]+"' "$directory/$page" | sed -E 's/^\]\(|^[a-z]+="|["\)]$//g; s/ .*//')
done
