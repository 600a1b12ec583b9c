#!/usr/bin/env bash
# Types and unit tests with other packages of Grafana than those that the plugin is built with. Their versions are in
# tools/packages; they are installed below target/.    test-packages.sh newest|oldest [types]
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:?newest or oldest}
directory=target/packages-$name
mkdir -p "$directory"

# The sources are copied: links to them would find the packages of the checkout.
find "$directory" -mindepth 1 -maxdepth 1 ! -name node_modules ! -name installed.json -exec rm -rf {} +
git ls-files -z --cached --others --exclude-standard -- ':!:bench' ':!:docs/img' ':!:ebpf' ':!:pkg/*/src' ':!:pkg/*/tests' |
  tar --create --null --files-from=- --ignore-failed-read | tar --extract --directory="$directory"

node --input-type=module - "$directory/package.json" "tools/packages/$name.json" <<'JS'
import { readFileSync, writeFileSync } from 'node:fs';

const [file, changes] = process.argv.slice(2).map((path) => [path, JSON.parse(readFileSync(path, 'utf8'))]);
for (const [key, versions] of Object.entries(changes[1])) {
  file[1][key] = { ...file[1][key], ...versions };
}
writeFileSync(file[0], JSON.stringify(file[1], undefined, 2));
JS

cd "$directory"
rm -f package-lock.json
if ! cmp -s package.json installed.json; then
  npm install --no-audit --no-fund --no-package-lock
  cp package.json installed.json
fi
if [ "$name" = oldest ]; then
  # Types of what is shipped. The tests of dashboards use Grafana's transformations, which 12.3 hands over in another way.
  echo '{ "extends": "./tsconfig.json", "include": [], "files": ["src/module.ts"] }' >tsconfig.shipped.json
  npx tsc --noEmit --project tsconfig.shipped.json
  npm run test:ci -- --testPathIgnorePatterns src/dashboards
else
  npm run typecheck
  [ "${2:-}" = types ] || npm run test:ci
fi
