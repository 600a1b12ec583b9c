#!/usr/bin/env bash
# From a checkout to live packets: in a Grafana at hand (GRAFANA_HOME, a `grafana` on PATH, or Docker), else in
# this terminal.    INTERFACE=eth0 tools/run.sh
set -euo pipefail
cd "$(dirname "$0")/.."

. tools/grafana.sh
url=http://127.0.0.1:3000/d/xdplive-live-packets${INTERFACE:+?var-interface=$INTERFACE}

has_docker() {
  command -v docker >/dev/null && docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1
}

find_grafana

if [ -z "$grafana" ] && has_docker; then
  make build
  XDPLIVE_ADMIN_PASSWORD=$(password_of .grafana)
  export XDPLIVE_ADMIN_PASSWORD
  echo "Grafana, in a container: $url"
  echo "To change dashboards or settings sign in as admin with the password $XDPLIVE_ADMIN_PASSWORD"
  exec docker compose up
fi

if ! may_load_programs; then
  cat >&2 <<END
Packets are captured by eBPF programs, which an ordinary user may not load. Either run this as root:

    sudo env "PATH=\$PATH" make run

or give the built plugin, and nothing else, the three capabilities it needs:

    make build
    sudo setcap cap_bpf,cap_perfmon,cap_net_admin+ep $program
    ${grafana:+GRAFANA_HOME=$grafana_home }make run

(Each new build takes a new setcap.)
END
  exit 1
fi

if [ -n "$grafana" ]; then
  build_plugin
  password=$(password_of .grafana)
  echo "Grafana: $url"
  echo "To change dashboards or settings sign in as admin with the password $password"
  start_grafana .grafana 3000 "$password"
fi

if [ "$(id -u)" -eq 0 ] || [ ! -x target/release/xdplive ]; then make programs; fi
echo "No Grafana is at hand (GRAFANA_HOME, a grafana on PATH, or a Docker engine), so the packets come here." >&2
exec target/release/xdplive watch ${INTERFACE:+--interface "$INTERFACE"} --columns \
  time,interface,direction,source_ip,source_port,destination_ip,destination_port,protocol,length,ttl,vlan,tcp_flags
