#!/usr/bin/env bash
# Whether anything is known against what we depend on. Both databases are asked over the network; where one cannot be, that
# is a failure and not a pass. Advisories that do not concern us are in deny.toml, with their reasons.    audit.sh
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()

echo "Rust: advisories of RustSec"
tools/cargo-deny.sh advisories || failed+=("Rust: an advisory, or no database. Where it names a crate: update it (cargo update -p CRATE), or put the advisory into deny.toml with the reason. Where it could not fetch the database: run this with access to github.com")

echo "npm: advisories of its registry"
npm audit --omit=dev --audit-level=low || failed+=("npm: an advisory, or no answer. Where it names a package: npm update PACKAGE. Where the endpoint failed: run this with access to the registry itself; a mirror may not have it")

if [ ${#failed[@]} -ne 0 ]; then
  printf '\n%s\n' "${failed[@]}" >&2
  exit 1
fi
