# shellcheck shell=bash
# The Grafana at hand, for the scripts that start one: to be sourced, from the checkout's root.

plugin_id=xdplive-packets-datasource
architecture=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
program=dist/gpx_xdplive_linux_$architecture

# Sets `grafana` and `grafana_home`: GRAFANA_HOME, or a `grafana` on PATH; both empty where there is neither.
find_grafana() {
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
}

# Whether the built plugin would get the rights that it needs.
may_load_programs() {
  [ "$(id -u)" -eq 0 ] || { command -v getcap >/dev/null && getcap "$program" 2>/dev/null | grep -q cap_bpf; }
}

# Builds the plugin, unless that would take the capabilities of its file away.
build_plugin() {
  if [ "$(id -u)" -eq 0 ] || [ ! -e dist/module.js ]; then make build; fi
}

# The password of `admin` in a Grafana that has its data in DIRECTORY: made once, and kept there.    password_of DIRECTORY
password_of() {
  local file=$1/admin-password
  if [ ! -s "$file" ]; then
    mkdir -p "$1"
    (umask 077 && head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$file")
  fi
  cat "$file"
}

# Becomes that Grafana, with the plugin in dist/ and what is in provisioning/, or in PROVISIONING, and with the settings in CONFIG
# where that is given.    start_grafana DIRECTORY PORT PASSWORD [PROVISIONING CONFIG]
start_grafana() {
  local directory=$PWD/$1
  mkdir -p "$directory/plugins" "$directory/data" "$directory/logs"
  ln -sfn "$PWD/dist" "$directory/plugins/$plugin_id"
  export GF_PATHS_PLUGINS=$directory/plugins GF_PATHS_DATA=$directory/data GF_PATHS_LOGS=$directory/logs
  export GF_PATHS_PROVISIONING=${4:-$PWD/provisioning} GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=$plugin_id
  # Reachable from this machine only, and not by a page from elsewhere whose name leads here. Everybody on this machine may
  # look; to change something takes the password.
  export GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT=$2
  export GF_SERVER_DOMAIN=127.0.0.1 GF_SERVER_ENFORCE_DOMAIN=true
  export GF_AUTH_ANONYMOUS_ENABLED=true GF_AUTH_ANONYMOUS_ORG_ROLE=Viewer
  export GF_SECURITY_ADMIN_PASSWORD=$3
  export GF_ANALYTICS_REPORTING_ENABLED=false GF_ANALYTICS_CHECK_FOR_UPDATES=false
  export GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES=false GF_PLUGINS_PREINSTALL_DISABLED=true
  export GF_LOG_MODE=${GF_LOG_MODE:-console} GF_LOG_LEVEL=${GF_LOG_LEVEL:-warn}
  exec "$grafana" server --homepath "$grafana_home" ${5:+--config "$5"}
}
