#!/usr/bin/env bash
# Runs the programs in other kernels than this one, and on another processor: Debian's kernels, in an emulator, so that no
# rights are needed.
#   kernels.sh [SUITE/ARCHITECTURE…]
# A suite is one of Debian's, whose kernel is taken; an architecture is amd64 or arm64. Where none is named: bookworm (6.1),
# trixie (6.12) and sid (the newest) on amd64, trixie on arm64.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- bookworm/amd64 trixie/amd64 sid/amd64 trixie/arm64
work=$PWD/target/kernels
mkdir -p "$work"
here=$(uname -m)

# What is different for an architecture: Debian's package of the emulator, Rust's target, and how the emulator is started.
package_of() { case $1 in amd64) echo qemu-system-x86 ;; arm64) echo qemu-system-arm ;; esac }
target_of() { case $1 in amd64) echo x86_64-unknown-linux-gnu ;; arm64) echo aarch64-unknown-linux-gnu ;; esac }
emulator_of() {
  case $1 in
    amd64) echo qemu-system-x86_64 -machine q35 -cpu max ;;
    arm64) echo qemu-system-aarch64 -machine virt -cpu neoverse-n1 ;;
  esac
}
console_of() { case $1 in amd64) echo ttyS0 ;; arm64) echo ttyAMA0 ;; esac }

# Debian's archive, from where this machine has it.
archive=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
  sed -n 's/^Debian Debian //p' | sort -u | head -n 1)
if [ -z "$archive" ]; then
  echo "kernels.sh takes kernels from Debian's archive, and none is among the apt sources here: run it on Debian, after apt-get update" >&2
  exit 1
fi

# Runs apt with lists and sources of its own.    apt_of SUITE/ARCHITECTURE COMMAND…
apt_of() {
  local root=$work/$1/apt
  mkdir -p "$root/lists/partial" "$root/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive ${1%/*} main" >"$root/sources.list"
  local architecture=${1#*/} command=$2
  shift 2
  "$command" -qq -o "Dir::Etc::sourcelist=$root/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$root/lists" \
    -o "Dir::Cache=$root/cache" -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" \
    -o APT::Sandbox::User=root "$@"
}

# The kernel and the shell of a suite, as work/SUITE/ARCHITECTURE/vmlinuz and busybox.
fetch() {
  local machine=$1 directory=$work/$1
  apt_of "$machine" apt-get update
  local release packages
  release=$(apt_of "$machine" apt-cache depends "linux-image-cloud-${machine#*/}" |
    sed -n 's/^ *Depends: linux-image-\([0-9].*\)/\1/p')
  # From 7.2 on the kernel itself is in a package of its own.
  packages=$(apt_of "$machine" apt-cache search --names-only "^linux-(image|binary)-${release//+/\\+}\$" | cut -d ' ' -f 1)
  # shellcheck disable=SC2086
  (cd "$directory" && apt_of "$machine" apt-get download busybox-static $packages)
  for package in "$directory"/*.deb; do dpkg-deb --extract "$package" "$directory/unpacked"; done
  find "$directory/unpacked" -type f -name busybox -exec cp {} "$directory/busybox" ';'
  find "$directory/unpacked" -type f -name 'vmlinuz*' -exec cp {} "$directory/vmlinuz" ';'
  rm -rf "$directory/unpacked" "$directory"/*.deb
}

# The executable of the lab's tests for an architecture. For another than this machine's it is static, so that it needs nothing.
tests_for() {
  local build=(cargo test --quiet --locked -p xdplive-lab --test lab --no-run --message-format=json)
  if [ "$(target_of "$1")" != "$here-unknown-linux-gnu" ]; then
    build=(env RUSTFLAGS='-C target-feature=+crt-static' tools/cross.sh "$(target_of "$1")" "${build[@]}" --target "$(target_of "$1")")
  fi
  "${build[@]}" | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1
}

# What the kernel starts: the tests that load the programs and run them on frames, without an interface; then the plugin
# itself, which captures three pings to this machine, and tells of a dropped packet and of a connection. Written to
# work/SUITE/ARCHITECTURE/initrd.
initrd() {
  local machine=$1 tests=$2 root=$work/root programs library
  programs=${CARGO_TARGET_DIR:-target}/$(target_of "${machine#*/}")/release
  rm -rf "$root"
  # The object is looked for in the checkout, as seen from the tests.
  mkdir -p "$root"/{bin,proc,sys,dev,tmp} "$root$PWD"/{ebpf,pkg/lab}
  cp "$tests" "$root/bin/lab"
  # None for what is static.
  for library in $(ldd "$tests" 2>/dev/null | grep -o '/[^ ]*' || true); do install -D "$library" "$root$library"; done
  install -m 755 "$work/$machine/busybox" "$root/bin/"
  cp "$programs/xdplive" "$root/bin/"
  cp "$programs/gpx_xdplive" "$root/bin/gpx_xdplive_linux_${machine#*/}"
  cp -r ebpf/prebuilt "$root$PWD/ebpf/"
  cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
ip link set lo up
echo "Linux $(uname -r) $(uname -m)"
failed=
XDPLIVE_HOSTILE_FRAMES=20000 lab --test-threads=1 kernel:: hostile:: || failed="$failed tests"

xdplive doctor || failed="$failed doctor"
xdplive watch --interface lo --direction in --filter icmp --columns interface,direction,source_ip,protocol,length,ttl \
  --count 6 --duration 120 >/tmp/watched 2>&1 &
# Until it says so nothing is captured.
until grep -q '^attached lo in' /tmp/watched || ! kill -0 $!; do sleep 1; done
ping -c 3 127.0.0.1
wait $! || failed="$failed watch"
cat /tmp/watched
[ "$(grep -c '^lo  *in  *127.0.0.1  *ICMP  *84  *64' /tmp/watched)" = 6 ] || failed="$failed rows"
grep -q 'seen=6 unmatched=0 thinned=0 lost=0 delivered=6' /tmp/watched || failed="$failed accounts"
# What else is asked of the kernel: why it drops packets, whose they are, and how well connections are.
mkdir -p /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
httpd -p 127.0.0.1:7000 -h /bin
xdplive watch --interface lo --query drops --filter 'udp dst port 53' \
  --columns reason,destination_port --count 1 --duration 120 >/tmp/drops 2>&1 &
drops=$!
GF_PLUGIN_PROCESSES=true xdplive watch --interface lo --query flows --interval 1000 \
  --columns destination_port,retransmits,rtt,quality_source,process --duration 120 --count 12 >/tmp/flows 2>&1 &
flows=$!
turn=0
while kill -0 $drops || kill -0 $flows; do
  # Nobody listens there. The connection lasts for longer than an interval.
  nslookup nobody 127.0.0.1
  wget -q -O /dev/null http://127.0.0.1:7000/busybox
  sleep 1
  turn=$((turn + 1))
  [ $turn -lt 150 ] || break
done 2>/dev/null
cat /tmp/drops /tmp/flows
grep -q '^NO_SOCKET  *53$' /tmp/drops || failed="$failed drops"
grep -q '^7000 .* socket .*wget' /tmp/flows || failed="$failed connections"
echo "failed:${failed:- nothing}"
poweroff -f
INIT
  chmod +x "$root/init"
  (cd "$root" && find . | cpio --quiet -o -H newc | gzip -1 >"$work/$machine/initrd")
}

# Everything is built before the first kernel starts, so that a mistake shows at once.
declare -A tests
for machine in "$@"; do
  architecture=${machine#*/}
  if [ -z "$(target_of "$architecture")" ] || [ "$architecture" = "$machine" ]; then
    echo "$machine is not possible: it takes a suite of Debian's and amd64 or arm64, such as trixie/arm64" >&2
    exit 1
  fi
  [ -z "${tests[$architecture]-}" ] || continue
  tools/dependencies.sh "$(package_of "$architecture")" cpio
  make --no-print-directory programs ARCH="$architecture"
  tests[$architecture]=$(tests_for "$architecture")
done

failed=()
for machine in "$@"; do
  architecture=${machine#*/}
  mkdir -p "$work/$machine"
  [ -f "$work/$machine/vmlinuz" ] || fetch "$machine"
  initrd "$machine" "${tests[$architecture]}"
  log=$work/$machine/log
  # shellcheck disable=SC2046
  timeout 1800 $(emulator_of "$architecture") -smp 2 -m 2G -display none -serial "file:$log" -no-reboot -kernel "$work/$machine/vmlinuz" \
    -initrd "$work/$machine/initrd" -append "console=$(console_of "$architecture") panic=-1 loglevel=5" || true
  version=$(grep -ao '^Linux [^ ]* [^ ]*' "$log" | tr -d '\r' | head -n 1 || true)
  if grep -aq '^failed: nothing' "$log"; then
    echo "$machine: ${version:-no kernel}: $(grep -a 'test result' "$log" | tr -d '\r') $(grep -a '^stream=0' "$log" | tr -d '\r' | tail -n 1)"
  else
    failed+=("$machine")
    echo "$machine: ${version:-no kernel} failed:" >&2
    tail -n 60 "$log" >&2
  fi
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "failed on ${failed[*]}; see target/kernels/SUITE/ARCHITECTURE/log" >&2
  exit 1
fi
