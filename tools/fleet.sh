#!/usr/bin/env bash
# A fleet on one machine: a server of NATS, two agents in network namespaces of their own, and their packets in the Grafana at
# hand (GRAFANA_HOME, or a `grafana` on PATH), else in this terminal, until Ctrl-C. Nothing of it reaches the machine's own
# network, but for Grafana on 127.0.0.1:3000.    tools/fleet.sh [OPTIONS OF WATCH]
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "Network namespaces need root: sudo env \"PATH=\$PATH\" make run FLEET=1" >&2
  exit 1
fi
for needed in ip:iproute2 setsid:util-linux; do
  command -v "${needed%%:*}" >/dev/null || { echo "${needed%%:*} is missing: install ${needed##*:}" >&2; exit 1; }
done

. tools/grafana.sh
find_grafana
if [ -n "$grafana" ]; then make build; else make programs; fi
server=$(tools/nats-server.sh)
logs=$(mktemp -d)
# Where the server is, and who looks: a namespace of its own, unless a browser has to get there.
hub=xdplive-hub-$$
home=$hub
in_hub=(ip netns exec "$hub")
of_hub=(ip -n "$hub")
if [ -n "$grafana" ]; then home=$$ in_hub=() of_hub=(ip); fi
processes=()

end() {
  trap - EXIT
  # Once more changes nothing.
  trap '' INT TERM
  for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  # The ends of their cables go with them.
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

if [ -z "$grafana" ]; then
  ip netns add "$hub"
  ip -n "$hub" link set lo up
fi
for number in 1 2; do
  machine=xdplive-web$number-$$
  ip netns add "$machine"
  ip -n "$machine" link add eth0 type veth peer name "to-web$number" netns "$home"
  ip -n "$machine" address add "10.9.$number.2/24" dev eth0
  "${of_hub[@]}" address add "10.9.$number.1/24" dev "to-web$number"
  ip -n "$machine" link set lo up
  ip -n "$machine" link set eth0 up
  "${of_hub[@]}" link set "to-web$number" up
  ip -n "$machine" route add default via "10.9.$number.1"
done

# Both machines reach this address, and nobody else does.
start nats-server "${in_hub[@]}" "$server" -a 10.9.1.1 -p 4222
for number in 1 2; do
  machine=xdplive-web$number-$$
  start "web$number" ip netns exec "$machine" target/release/xdplive agent \
    --nats nats://10.9.1.1:4222 --name "web$number" --label "rack=$number"
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
echo "Two machines, web1 and web2, by way of NATS. Ctrl-C ends all of it." >&2
if [ -n "$grafana" ]; then
  cp -r provisioning "$logs/provisioning"
  # The data source has the machines at this server, which grafana.ini has to allow.
  printf '    jsonData:\n      natsServers: [nats://10.9.1.1:4222]\n' >>"$logs/provisioning/datasources/xdplive.yaml"
  printf '[plugin.%s]\nnats_servers = nats://10.9.1.1:4222\n' "$plugin_id" >"$logs/grafana.ini"
  directory=.grafana/fleet
  password=$(password_of "$directory")
  echo "Grafana: http://127.0.0.1:3000/d/xdplive-live-packets?var-interface=uplinks" >&2
  echo "To change dashboards or settings sign in as admin with the password $password" >&2
  (start_grafana "$directory" 3000 "$password" "$logs/provisioning" "$logs/grafana.ini") &
  processes+=($!)
  wait $!
  exit
fi
if [ "$#" -eq 0 ]; then
  set -- --filter 'not tcp port 4222' --columns \
    time,host,interface,direction,source_ip,source_port,destination_ip,destination_port,protocol,length,ttl
fi
ip netns exec "$hub" target/release/xdplive watch --nats nats://10.9.1.1:4222 --interface uplinks "$@"
