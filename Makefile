# Every task a person does here. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PLUGIN_ID := xdplive-packets-datasource
HOST := $(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')
# Processors as Grafana names them: this machine's, and the one to build programs and packages for.
HERE := $(subst aarch64,arm64,$(subst x86_64,amd64,$(shell uname -m)))
ARCH := $(HERE)
TARGET := $(if $(filter $(HERE),$(ARCH)),$(HOST),$(subst arm64,aarch64,$(subst amd64,x86_64,$(ARCH)))-unknown-linux-gnu)
BUILT := $(or $(CARGO_TARGET_DIR),target)/$(TARGET)/release
PROGRAM := gpx_xdplive_linux_$(ARCH)
VERSION := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
PACKAGE := target/$(PLUGIN_ID)-$(VERSION).linux_$(ARCH).zip
SBOM := $(PACKAGE:.zip=.cdx.json)

.PHONY: help
help: ## List the tasks
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

## Using it

.PHONY: run
run: ## Live packets from a fresh checkout: in Grafana where there is one, else here.  INTERFACE=eth0, or FLEET=1 for two machines
	@tools/$(if $(FLEET),fleet,run).sh

## Building it

.PHONY: build
build: programs frontend ## dist/, which Grafana can load, and target/release/xdplive

.PHONY: programs
programs: ## The Rust part of `build` alone.  ARCH=arm64 for that processor
	@# Static, because Grafana's own container image has another C library. With --target the flags are for our
	@# programs only, not for build scripts and macros.
	RUSTFLAGS='-C target-feature=+crt-static' tools/cross.sh $(TARGET) \
		cargo build --release --locked --target $(TARGET) -p xdplive-plugin -p xdplive
	@install -D -m 755 $(BUILT)/gpx_xdplive dist/$(PROGRAM)
	@# The command line is for this machine.
	@[ $(ARCH) != $(HERE) ] || install -D -m 755 $(BUILT)/xdplive target/release/xdplive

.PHONY: frontend
frontend: node_modules ## The front end's part of `build` alone
	npm run build

node_modules: package.json package-lock.json
	npm ci
	@touch node_modules

.PHONY: dashboards
dashboards: node_modules ## Rewrite the bundled dashboards from dashboards/source
	npm run dashboards

# The programs of packets, and the instruments.
OBJECTS := xdplive quality drops processes answers

.PHONY: ebpf
ebpf: ## Rebuild the committed eBPF objects from their source
	@for name in $(OBJECTS); do ebpf/tools/build.sh ebpf/prebuilt/$$name.bpf.o || exit 1; done

.PHONY: package
package: build ## The plugin's zip, checked; beside it what it is made of (SBOM), and checksums.  ARCH=arm64 for that processor
	@tools/dependencies.sh zip
	@rm -rf target/package $(PACKAGE)
	@mkdir -p target/package
	@cp -r dist target/package/$(PLUGIN_ID)
	@# The program for another processor has a package of its own.
	@find target/package/$(PLUGIN_ID) -name 'gpx_*' ! -name $(PROGRAM) -delete
	@tools/check-package.sh target/package/$(PLUGIN_ID) $(PROGRAM)
	cd target/package && zip -qr ../../$(PACKAGE) $(PLUGIN_ID)
	node tools/sbom.mjs $(TARGET) dist >$(SBOM)
	cd target && sha256sum $(notdir $(PACKAGE) $(SBOM)) >$(notdir $(PACKAGE)).sha256
	@echo $(PACKAGE) $(SBOM) $(PACKAGE).sha256

## Checking it

.PHONY: test
test: dependencies lint test-ebpf test-rust test-frontend newest-types test-browser package test-lab ## Install what the tests need, and run all of them

.PHONY: dependencies
dependencies:
	@tools/dependencies.sh tshark tcpdump iproute2 iputils-ping ethtool libcap2-bin procps zip
	@tools/nats-server.sh >/dev/null

.PHONY: lint
lint: node_modules ## Formatting and lints of all code; licences and sources of what it depends on
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@tools/cargo-deny.sh bans licenses sources
	npm run format:check
	npm run lint
	npm run i18n-check
	npm run typecheck

.PHONY: audit
audit: ## Whether advisories are known against what we depend on; needs the network
	@tools/audit.sh

.PHONY: test-rust
test-rust: ## Rust tests that need no rights
	@# One crate has an example in its documentation, and to look for some in each takes a minute.
	cargo test --workspace --locked --exclude xdplive-lab --lib --bins --tests
	cargo test --locked --doc -p xdplive-filter

.PHONY: test-ebpf
test-ebpf: ## The committed eBPF objects are what their source gives
	@mkdir -p target/rebuilt
	cd ebpf && cargo fmt --check
	@for name in $(OBJECTS); do \
	  ebpf/tools/build.sh target/rebuilt/$$name.bpf.o && \
	  ebpf/tools/compare.sh ebpf/prebuilt/$$name.bpf.o target/rebuilt/$$name.bpf.o || exit 1; \
	done
	ebpf/tools/compare-test.sh target/rebuilt/xdplive.bpf.o

.PHONY: test-frontend
test-frontend: node_modules ## Front end tests, and that it builds
	npm run test:ci
	npm run build

.PHONY: test-newest
test-newest: node_modules ## Types and front end tests with the newest packages of Grafana, and React 19
	@tools/test-packages.sh newest

.PHONY: newest-types
newest-types: node_modules ## Types alone with the newest packages
	@tools/test-packages.sh newest types

.PHONY: test-oldest
test-oldest: node_modules ## The same with the packages of the oldest Grafana that is supported
	@tools/test-packages.sh oldest

.PHONY: test-browser
test-browser: node_modules ## The editors in a real Chromium, without Grafana
	@tools/dependencies.sh chromium
	npm run test:browser

.PHONY: test-lab
test-lab: programs ## Real packets through the built programs, in network namespaces; needs root
	cargo test --locked -p xdplive-lab -- --test-threads=1

.PHONY: soak
soak: programs ## What takes minutes: damaged frames, kills, interfaces that come and go, an hour of panels; needs root
	XDPLIVE_HOSTILE_FRAMES=10000000 cargo test --locked -p xdplive-lab --test lab -- --nocapture hostile::
	XDPLIVE_KILLS=200 cargo test --locked -p xdplive-lab --test lab -- --nocapture faults::killed
	XDPLIVE_FULL_SECONDS=60 cargo test --locked -p xdplive-lab --test lab -- --nocapture faults::a_ring_that
	XDPLIVE_SOAK_SECONDS=600 cargo test --locked -p xdplive-lab --test lab -- --ignored --nocapture churn::
	XDPLIVE_PANELS_SECONDS=3600 cargo test --locked -p xdplive-lab --test lab -- --nocapture soak::

.PHONY: kernels
kernels: ## The programs in Debian's kernels 6.1, 6.12 and the newest, and in 6.12 on arm64, in an emulator
	@tools/kernels.sh

.PHONY: fuzz
fuzz: ## Five minutes of any bytes for each of what is read from outside.  S=60 for other times, T=filter for one
	@tools/fuzz.sh $(or $(S),300) $(T)

.PHONY: e2e
e2e: node_modules ## Everything in a real Grafana: GRAFANA_URL=http://… or GRAFANA_HOME=…
	@tools/dependencies.sh chromium curl iputils-ping
	@tools/e2e.sh

.PHONY: bench
bench: programs ## Benchmarks, as ratios, in about twelve minutes; needs root.  B=B1 runs one
	@# As the programs are built, so that what they share is built once.
	RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --locked --target $(HOST) -p xdplive-bench
	@$(BUILT)/xdplive-bench $(B)

.PHONY: clean
clean: ## Remove everything that was built
	cargo clean
	rm -rf ebpf/target dist coverage .grafana playwright
