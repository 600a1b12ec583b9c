#!/usr/bin/env bash
# From a checkout to live packets: in a Grafana at hand (GRAFANA_HOME, a `grafana` on PATH, or Docker), else in
# this terminal.    INTERFACE=eth0 tools/run.sh
set -euo pipefail
cd "$(dirname "$0")/.."

id=xdplive-packets-datasource
architecture=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
program=dist/gpx_xdplive_linux_$architecture
url=http://127.0.0.1:3000/d/xdplive-live-packets${INTERFACE:+?var-interface=$INTERFACE}

has_docker() {
  command -v docker >/dev/null && docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1
}

may_load_programs() {
  [ "$(id -u)" -eq 0 ] || { command -v getcap >/dev/null && getcap "$program" 2>/dev/null | grep -q cap_bpf; }
}

grafana_home=${GRAFANA_HOME:-}
grafana=${grafana_home:+$grafana_home/bin/grafana}
if [ -n "$grafana" ] && [ ! -x "$grafana" ]; then
  echo "GRAFANA_HOME is $GRAFANA_HOME, but there is no bin/grafana below it." >&2
  exit 1
fi
if [ -z "$grafana" ] && command -v grafana >/dev/null; then
  grafana=$(command -v grafana)
  grafana_home=/usr/share/grafana
fi

if [ -z "$grafana" ] && has_docker; then
  make build
  echo "Grafana, in a container: $url"
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
  # A build would take the capabilities of the file away.
  if [ "$(id -u)" -eq 0 ] || [ ! -e dist/module.js ]; then make build; fi
  mkdir -p .grafana/plugins .grafana/data .grafana/logs
  ln -sfn "$PWD/dist" ".grafana/plugins/$id"
  export GF_PATHS_PLUGINS=$PWD/.grafana/plugins GF_PATHS_DATA=$PWD/.grafana/data GF_PATHS_LOGS=$PWD/.grafana/logs
  export GF_PATHS_PROVISIONING=$PWD/provisioning GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=$id
  # Reachable from this machine only, and there without a password.
  export GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT=3000
  export GF_AUTH_ANONYMOUS_ENABLED=true GF_AUTH_ANONYMOUS_ORG_ROLE=Admin
  export GF_ANALYTICS_REPORTING_ENABLED=false GF_ANALYTICS_CHECK_FOR_UPDATES=false
  export GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES=false GF_PLUGINS_PREINSTALL_DISABLED=true
  export GF_LOG_MODE=${GF_LOG_MODE:-console} GF_LOG_LEVEL=${GF_LOG_LEVEL:-warn}
  echo "Grafana: $url"
  exec "$grafana" server --homepath "$grafana_home"
fi

if [ "$(id -u)" -eq 0 ] || [ ! -x target/release/xdplive ]; then make programs; fi
echo "No Grafana is at hand (GRAFANA_HOME, a grafana on PATH, or a Docker engine), so the packets come here." >&2
exec target/release/xdplive watch ${INTERFACE:+--interface "$INTERFACE"} --columns \
  time,interface,direction,source_ip,source_port,destination_ip,destination_port,protocol,length,ttl,vlan,tcp_flags
