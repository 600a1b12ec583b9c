#!/usr/bin/env bash
# Whether advisories are known against our dependencies. It asks both databases over the network, and fails if it cannot reach
# one. Advisories that do not concern us are in deny.toml, with their reasons.    audit.sh
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()

echo "Rust: advisories of RustSec"
tools/cargo-deny.sh advisories || failed+=("Rust: there is an advisory, or no database. If a crate is named, update it (cargo update -p CRATE), or add the advisory to deny.toml with the reason. If the database could not be fetched, run this with access to github.com")

echo "npm: advisories of its registry"
npm audit --omit=dev --audit-level=low || failed+=("npm: there is an advisory, or no answer. If a package is named, update it (npm update PACKAGE). If the endpoint failed, run this with access to the registry itself, because a mirror may not have advisories")

if [ ${#failed[@]} -ne 0 ]; then
  printf '\n%s\n' "${failed[@]}" >&2
  exit 1
fi
