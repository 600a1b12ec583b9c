#!/usr/bin/env bash
# A fleet on one machine: a server of NATS, two agents in network namespaces of their own, and their packets in this
# terminal, until Ctrl-C. Nothing of it reaches the machine's own network.    tools/fleet.sh [OPTIONS OF WATCH]
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "Network namespaces need root: sudo env \"PATH=\$PATH\" make run FLEET=1" >&2
  exit 1
fi
for needed in ip:iproute2 setsid:util-linux; do
  command -v "${needed%%:*}" >/dev/null || { echo "${needed%%:*} is missing: install ${needed##*:}" >&2; exit 1; }
done

make programs
server=$(tools/nats-server.sh)
logs=$(mktemp -d)
hub=xdplive-hub-$$
processes=()

end() {
  trap - EXIT INT TERM
  for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for namespace in "$hub" "xdplive-web1-$$" "xdplive-web2-$$"; do ip netns delete "$namespace" 2>/dev/null || true; done
  rm -rf "$logs"
}
trap end EXIT
trap 'exit 130' INT TERM

# In the background, and in a process group of its own: Ctrl-C is for what is in the foreground.
start() {
  local log=$1
  shift
  setsid "$@" >"$logs/$log" 2>&1 &
  processes+=($!)
}

ip netns add "$hub"
ip -n "$hub" link set lo up
for number in 1 2; do
  machine=xdplive-web$number-$$
  ip netns add "$machine"
  ip -n "$machine" link add eth0 type veth peer name "to-web$number" netns "$hub"
  ip -n "$machine" address add "10.9.$number.2/24" dev eth0
  ip -n "$hub" address add "10.9.$number.1/24" dev "to-web$number"
  ip -n "$machine" link set lo up
  ip -n "$machine" link set eth0 up
  ip -n "$hub" link set "to-web$number" up
  ip -n "$machine" route add default via "10.9.$number.1"
done

start nats-server ip netns exec "$hub" "$server" -a 0.0.0.0 -p 4222
for number in 1 2; do
  machine=xdplive-web$number-$$
  start "web$number" ip netns exec "$machine" target/release/xdplive agent \
    --nats "nats://10.9.$number.1:4222" --name "web$number" --label "rack=$number"
  # Something to look at: each machine looks for neighbours, as many devices do.
  start "traffic$number" ip netns exec "$machine" bash -c \
    "while sleep 1; do echo 'M-SEARCH * HTTP/1.1' >/dev/udp/10.9.$number.1/1900; done"
done

# Agents are there a moment after their start.
for _ in $(seq 50); do
  if [ "$(grep -lc 'connected to NATS' "$logs"/web1 "$logs"/web2 | wc -l)" -eq 2 ]; then break; fi
  sleep 0.2
done
if ! grep -q 'connected to NATS' "$logs"/web1; then
  echo "The agents cannot reach the server. What they say:" >&2
  cat "$logs"/nats-server "$logs"/web1 >&2
  exit 1
fi
if [ "$#" -eq 0 ]; then
  set -- --filter 'not tcp port 4222' --columns \
    time,host,interface,direction,source_ip,source_port,destination_ip,destination_port,protocol,length,ttl
fi
echo "Two machines, web1 and web2, by way of NATS. Ctrl-C ends all of it." >&2
ip netns exec "$hub" target/release/xdplive watch --nats nats://127.0.0.1:4222 --interface uplinks "$@"
