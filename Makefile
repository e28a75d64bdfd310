# SPDX-License-Identifier: Apache-2.0
# The front door. `make help` says what there is; each target sets up what it needs.

PRESET ?= release
BUILD  := build/$(PRESET)
BIN    := $(CURDIR)/$(BUILD)/bin
JOBS   ?= $(shell nproc)
SEED   ?=

# What is fetched once is kept there; a service or a container may start without it.
export HOME := $(or $(HOME),$(shell getent passwd "$$(id -u)" | cut -d: -f6))

.DEFAULT_GOAL := help
.PHONY: help setup build demo test unit-test e2e-test interop-test browser-test tutorial-test \
        install-check acceptance kill-loop metadata catalog images deb man fmt lint tidy fuzz bench docs clean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## install what the build and the tests need (Debian packages)
	@tools/setup.sh

build: setup ## build everything into build/$(PRESET)
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build --preset $(PRESET) -j $(JOBS)

demo: build ## run the main job: mosquitto -> mqtt source -> embedded server, and add it up
	@tools/demo.sh $(BIN)

test: setup ## every test that needs no real cluster
	@tools/prefetch.sh $(MAKE) --no-print-directory build
	@tools/test.sh $(PRESET) all

unit-test: build ## the unit tests only
	@tools/test.sh $(PRESET) unit

e2e-test: build ## programs as users start them
	@tools/test.sh $(PRESET) e2e

interop-test: build ## the official Python and Rust clients against our server
	@tools/test.sh $(PRESET) interop

browser-test: build ## the catalog site and the console in a browser
	@tools/test.sh $(PRESET) browser

tutorial-test: build ## the tutorial, word for word
	@tools/test.sh $(PRESET) tutorial

install-check: build ## install the libraries; build an example and a new connector against them
	@tools/test.sh $(PRESET) install

acceptance: build ## the acceptance suite over all connectors, and docs/guarantees.md from its results
	@tools/acceptance.sh $(PRESET) cases $(or $(KILLS),200)

kill-loop: build ## nightly: kill each connector KILLS times (10000) under load; NAMES="x y" for some
	@tools/acceptance.sh $(PRESET) kills $(or $(KILLS),10000)

metadata: build ## the metadata of every connector, as a JSON array
	@tools/metadata.sh $(BIN)

catalog: build ## the catalog of every connector and SmartModule, in build/catalog
	@$(BIN)/sluice catalog build --output build/catalog $(if $(KEY),--key $(KEY))

images: build ## an image of each connector and of the tool, also in build/$(PRESET)/images
	@cmake --build $(BUILD) --target image-programs -j $(JOBS)
	@packaging/images.sh $(BUILD)/image $(BUILD)/images

deb: build ## the Debian packages (the tool, families of connectors, libraries), in build/$(PRESET)/packages
	@packaging/deb.sh $(BUILD)

man: build ## the manual pages, in build/$(PRESET)/documents/man
	@cmake --build $(BUILD) --target documents

fmt: setup ## format all C++ sources
	@tools/sources.sh | xargs clang-format-19 -i

lint: setup ## format, include arrows, headers alone, shell scripts, clang-tidy
	@tools/lint.sh

fuzz: setup ## run each fuzzer for SECONDS seconds (10)
	@tools/fuzz.sh $(SECONDS)

bench: setup ## the measurements of docs/benchmarks.md
	@tools/bench.sh

docs: build ## make the generated pages again
	@tools/docs.sh $(BIN)

clean: ## remove the build folders
	@rm -rf build
