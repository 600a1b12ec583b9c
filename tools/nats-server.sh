#!/usr/bin/env bash
# Prints the path of a nats-server for tests, of a fixed version; gets it first where it is missing.    nats-server.sh
# It is compiled from the Go module proxy, which checks what it gives by the public checksum database; where there is no Go,
# or nothing can be fetched, Debian's is taken, or that on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=v2.12.0
directory=${CARGO_TARGET_DIR:-target}/tools/nats-server-$VERSION
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
# One at a time: tests start together.
exec 9>"$directory/lock"
flock 9
program=$directory/nats-server

if [ ! -x "$program" ]; then
  go=$(command -v go || ls /usr/local/go/bin/go 2>/dev/null || true)
  if [ -n "$go" ]; then
    echo "nats-server $VERSION is compiled from the Go module proxy, which takes some minutes once" >&2
    GOBIN=$directory GOFLAGS=-mod=mod CGO_ENABLED=0 "$go" install "github.com/nats-io/nats-server/v2@$VERSION" >&2 || true
  fi
fi
if [ ! -x "$program" ]; then
  tools/dependencies.sh nats-server >&2 || true
  program=$(command -v nats-server || ls /usr/sbin/nats-server 2>/dev/null || true)
fi
if [ -z "$program" ] || [ ! -x "$program" ]; then
  echo "THE TESTS OF THE FLEET CANNOT RUN: there is no nats-server, and neither Go's module proxy nor Debian gives one." >&2
  echo "Install Go or nats-server, or set XDPLIVE_NATS_SERVER to a program." >&2
  exit 1
fi
echo "$program"
