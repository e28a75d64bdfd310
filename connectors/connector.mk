# SPDX-License-Identifier: Apache-2.0
# The rules that every C++ connector's Makefile has. It sets NAME and ROOT, and includes this.
PRESET     ?= dev
SLUICE_BIN ?= $(abspath $(ROOT))/build/$(PRESET)/bin
export SLUICE_BIN
export CONNECTOR := $(SLUICE_BIN)/$(NAME)

.PHONY: build test metadata

build:
	@cmake -S $(ROOT) --preset $(PRESET) -B $(ROOT)/build/$(PRESET) >/dev/null
	@cmake --build $(ROOT)/build/$(PRESET) --target $(NAME) sluice

test:
	@bats tests

metadata:
	@$(SLUICE_BIN)/$(NAME) metadata
