# make run | test | peers | bench | soak | simulate SEED=… | lint | clean

LIBRARIES = liburing-dev libnuma-dev libisal-dev zlib1g-dev libsnappy-dev liblz4-dev libzstd-dev
TEST_TOOLS = kcat python3-venv strace xfsprogs
DATA ?= data
CONFIG ?=
SEED ?= 1
VENV = .venv
BROKER = .build/release/moldau
# One executable that runs where no Swift is installed, and calls its runtime directly; if the toolchain can make one.
STATIC = $(wildcard $(dir $(shell command -v swift))../lib/swift_static/linux/libswiftCore.a)
# Swift 6.3's optimizer drops hops between cores that it takes for needless (swiftlang/swift#88259).
HOPS = -Xswiftc -Xllvm -Xswiftc -sil-disable-pass=optimize-hop-to-executor
RELEASE = -c release $(if $(STATIC),--static-swift-stdlib) $(HOPS)

.PHONY: run build test unit interop crash peers lint format bench soak simulate libraries clean

## Build release and run a broker on 127.0.0.1:9092; its data is kept in ./data (DATA=…).
run: build
	$(BROKER) server-start --data $(DATA) $(CONFIG)

build: libraries
	swift build $(RELEASE) --product moldau

libraries:
	@.ci/packages $(LIBRARIES)

## Everything that has to pass: lint, unit tests, real clients, a slice of crashes and simulation.
test: lint unit interop crash

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

unit: libraries
	swift test

$(VENV)/.ready: Tests/Interop/requirements.txt
	@.ci/packages $(TEST_TOOLS)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r Tests/Interop/requirements.txt
	touch $@

## Real clients against a really started broker.
interop: build $(VENV)/.ready
	$(VENV)/bin/pytest -q -W ignore Tests/Interop

## kill -9 while producing, on this file system and on XFS where a loop device can be mounted.
crash: build $(VENV)/.ready
	$(VENV)/bin/pytest -q -W ignore Tests/Crash
	$(BROKER) simulate --seeds 1:40 --twice
	$(BROKER) simulate --seeds 5020:5050 --twice --power-cuts
	$(BROKER) simulate 32870 --twice --power-cuts

## Apache Kafka and we on the same data, where MOLDAU_KAFKA names a script that starts it (START DIRECTORY PORT
## NAME=VALUE…) and MOLDAU_KAFKA_TOOL one that runs its tools (TOOL NAME ARGUMENTS); skipped without.
peers: build $(VENV)/.ready
	$(VENV)/bin/pytest -q -rs -W ignore Tests/Peers

soak: build $(VENV)/.ready
	MOLDAU_SOAK=1 swift test --filter 'EveryStepTests|CleaningModelTests'
	MOLDAU_SOAK=1 $(VENV)/bin/pytest -q Tests/Crash Tests/Interop
	$(BROKER) simulate --seeds 1:5000 --twice
	$(BROKER) simulate --seeds 1:5000 --twice --power-cuts

simulate: build
	$(BROKER) simulate $(SEED)

bench: build $(VENV)/.ready
	@.ci/packages librdkafka-dev
	swift run -c release --package-path Benchmarks/Micro
	Benchmarks/run $(BENCH)

clean:
	rm -rf .build $(VENV)
