#!/usr/bin/env bash
# The specs in tests/e2e in a real Grafana: one that runs (GRAFANA_URL, with GRAFANA_USER and GRAFANA_PASSWORD), or the
# one at hand (GRAFANA_HOME, or a `grafana` on PATH), started for the while on PORT. A Grafana that was built by a bare
# `go build` calls itself 9.2.0: GRAFANA_VERSION says what it is.    tools/e2e.sh [SPEC…]
set -euo pipefail
cd "$(dirname "$0")/.."

. tools/grafana.sh
port=${PORT:-3300}
directory=target/e2e
started=()

stop() {
  [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
  wait
}
trap stop EXIT

is_up() {
  curl -fsS --max-time 5 "$1/api/health" >/dev/null 2>&1
}

if [ -z "${GRAFANA_URL:-}" ]; then
  find_grafana
  if [ -z "$grafana" ]; then
    echo "There is no Grafana to test in: set GRAFANA_URL to one that runs with the plugin, or GRAFANA_HOME to one to start." >&2
    exit 1
  fi
  if ! may_load_programs; then
    echo "The plugin may not load eBPF programs: run this as root, or give $program its capabilities by setcap." >&2
    exit 1
  fi
  build_plugin
  rm -rf "$directory"
  GRAFANA_URL=http://127.0.0.1:$port
  if is_up "$GRAFANA_URL"; then
    echo "Something answers at $GRAFANA_URL already: set PORT to a free one." >&2
    exit 1
  fi
  echo "Grafana: $GRAFANA_URL, its log: $directory/logs"
  # All tests have the session of one sign-in. Grafana renews sessions after ten minutes, and slow machines take longer.
  export GF_AUTH_TOKEN_ROTATION_INTERVAL_MINUTES=120
  GF_LOG_MODE=file GF_LOG_LEVEL=info start_grafana "$directory" "$port" admin &
  started+=($!)
  for _ in $(seq 180); do
    ! is_up "$GRAFANA_URL" || break
    kill -0 "${started[0]}" 2>/dev/null || { echo "Grafana has ended: see $directory/logs." >&2; exit 1; }
    sleep 1
  done
fi
is_up "$GRAFANA_URL" || { echo "No Grafana answers at $GRAFANA_URL." >&2; exit 1; }

# Packets to be seen: on `lo`, which every machine has.
ping -q -i 0.2 127.0.0.1 >/dev/null &
started+=($!)

export GRAFANA_URL GRAFANA_ADMIN_USER=${GRAFANA_USER:-admin} GRAFANA_ADMIN_PASSWORD=${GRAFANA_PASSWORD:-admin}
npm run --silent e2e -- "$@"
