#!/usr/bin/env bash
# Runs the programs in other kernels than this one: Debian's, in an emulator, so that no rights are needed.
#   kernels.sh [SUITE…]
# A suite is one of Debian's, whose kernel is taken: bookworm (6.1), trixie (6.12) and sid (the newest) where none is named.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- bookworm trixie sid
tools/dependencies.sh qemu-system-x86 busybox-static cpio
work=$PWD/target/kernels
mkdir -p "$work"

# Debian's archive, from where this machine has it.
archive=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
  sed -n 's/^Debian Debian //p' | sort -u | head -n 1)
if [ -z "$archive" ]; then
  echo "kernels.sh takes kernels from Debian's archive, and none is among the apt sources here: run it on Debian, after apt-get update" >&2
  exit 1
fi

# Runs apt with lists and sources of its own.    apt_of SUITE COMMAND…
apt_of() {
  local root=$work/$1/apt
  mkdir -p "$root/lists/partial" "$root/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $1 main" >"$root/sources.list"
  local command=$2
  shift 2
  "$command" -qq -o "Dir::Etc::sourcelist=$root/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$root/lists" \
    -o "Dir::Cache=$root/cache" -o APT::Sandbox::User=root "$@"
}

# The kernel of a suite, as work/SUITE/vmlinuz.
fetch() {
  local suite=$1
  apt_of "$suite" apt-get update
  local release packages
  release=$(apt_of "$suite" apt-cache depends linux-image-cloud-amd64 |
    sed -n 's/^ *Depends: linux-image-\([0-9].*\)/\1/p')
  # From 7.2 on the kernel itself is in a package of its own.
  packages=$(apt_of "$suite" apt-cache search --names-only "^linux-(image|binary)-${release//+/\\+}\$" | cut -d ' ' -f 1)
  # shellcheck disable=SC2086
  (cd "$work/$suite" && apt_of "$suite" apt-get download $packages)
  for package in "$work/$suite"/linux-*.deb; do dpkg-deb --extract "$package" "$work/$suite/kernel"; done
  find "$work/$suite/kernel" -type f -name 'vmlinuz*' -exec cp {} "$work/$suite/vmlinuz" ';'
  rm -rf "$work/$suite"/kernel "$work/$suite"/linux-*.deb
}

# What the kernel starts: the tests that load the programs and run them on frames, without an interface.
initrd() {
  local tests root=$work/root library
  tests=$(cargo test --quiet --locked -p xdplive-lab --test lab --no-run --message-format=json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
  rm -rf "$root"
  # The object is looked for in the checkout, as seen from the tests.
  mkdir -p "$root"/{bin,proc,sys,dev,tmp} "$root$PWD"/{ebpf,pkg/lab}
  cp "$tests" "$root/bin/lab"
  ldd "$tests" | grep -o '/[^ ]*' | while read -r library; do
    install -D "$library" "$root$library"
  done
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp -r ebpf/prebuilt "$root$PWD/ebpf/"
  cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
echo "Linux $(/bin/busybox uname -r)"
export XDPLIVE_HOSTILE_FRAMES=20000
/bin/lab --test-threads=1 kernel:: hostile::
echo "ended with $?"
/bin/busybox poweroff -f
INIT
  chmod +x "$root/init"
  (cd "$root" && find . | cpio --quiet -o -H newc | gzip -1 >"$work/initrd")
}

initrd
failed=()
for suite in "$@"; do
  mkdir -p "$work/$suite"
  [ -f "$work/$suite/vmlinuz" ] || fetch "$suite"
  log=$work/$suite/log
  timeout 1800 qemu-system-x86_64 -machine q35 -cpu max -smp 2 -m 2G -display none -serial "file:$log" -no-reboot \
    -kernel "$work/$suite/vmlinuz" -initrd "$work/initrd" -append 'console=ttyS0 panic=-1 loglevel=5' || true
  version=$(grep -ao '^Linux [^ ]*' "$log" | tr -d '\r' | head -n 1 || true)
  if grep -aq 'ended with 0' "$log"; then
    echo "$suite: ${version:-no kernel}: $(grep -a 'test result' "$log" | tr -d '\r')"
  else
    failed+=("$suite")
    echo "$suite: ${version:-no kernel} failed:" >&2
    tail -n 40 "$log" >&2
  fi
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "failed on ${failed[*]}; see target/kernels/SUITE/log" >&2
  exit 1
fi
