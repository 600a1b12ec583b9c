#!/usr/bin/env bash
# Provides the standard library's source (rust-src) of the pinned compiler: eBPF needs `core` built from it.
# First by rustup; where its server is out of reach, from Debian's package of the very same version.
set -euo pipefail

sysroot=$(rustc --print sysroot)
library=$sysroot/lib/rustlib/src/rust/library
[ -e "$library/core/src/lib.rs" ] && exit 0

version=$(rustc --version | cut -d' ' -f2)
if command -v rustup >/dev/null && timeout 120 rustup component add rust-src >/dev/null 2>&1 && [ -e "$library/core/src/lib.rs" ]; then
  exit 0
fi

echo "rust-src: rustup could not provide it; taking Debian's package for rustc $version" >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The machine's own mirror and keys, with a list of our own: its apt configuration stays as it is. Only files that apt
# reads, and of the repositories in them only Debian's own.
uri=$(find /etc/apt/sources.list /etc/apt/sources.list.d -name '*.list' -o -name '*.sources' 2>/dev/null \
  | xargs -r grep -hE '^ *(URIs:|deb )' | grep -oE '(https?://|mirror\+)\S+' | grep -E '/debian/?$' | head -n 1 || true)
: "${uri:?rust-src: no Debian mirror is configured in /etc/apt; install the rust-src component for rustc $version by hand}"
mkdir -p "$work/lists/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri trixie-backports main" >"$work/sources.list"
apt_private=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
"${apt_private[@]}" update
(cd "$work" && "${apt_private[@]}" download "rust-src=$version+*")
dpkg -x "$work"/rust-src_*.deb "$work/root"
mkdir -p "$(dirname "$library")"
cp -r "$work/root/usr/src/rustc-$version/library" "$library"
