# The agent of XDP Live alone. From a checkout, after `make programs`:
#   docker build -t xdplive-agent:0.1.0 -f docs/install/xdplive-agent.Dockerfile .
#   docker run --network host --cap-add BPF --cap-add PERFMON --cap-add NET_ADMIN --read-only --tmpfs /run \
#     -v /etc/xdplive-agent.toml:/etc/xdplive-agent.toml:ro xdplive-agent:0.1.0
# NOT TRIED: no container engine was at hand.
# The programs are linked statically. The image below them has the certificates of public authorities, for servers that have one
# of theirs.
FROM alpine:3.22
COPY target/release/xdplive dist/gpx_xdplive_linux_amd64 /usr/local/lib/xdplive/
ENTRYPOINT ["/usr/local/lib/xdplive/xdplive"]
CMD ["agent"]
