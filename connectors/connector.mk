# SPDX-License-Identifier: Apache-2.0
# The rules that every C++ connector's Makefile has. It sets NAME and ROOT, and includes this.
PRESET     ?= dev
SLUICE_BIN ?= $(abspath $(ROOT))/build/$(PRESET)/bin
export SLUICE_BIN
export CONNECTOR := $(SLUICE_BIN)/$(NAME)

.PHONY: build test metadata golden

build:
	@cmake -S $(ROOT) --preset $(PRESET) -B $(ROOT)/build/$(PRESET) >/dev/null
	@cmake --build $(ROOT)/build/$(PRESET) --target $(NAME) sluice

test:
	@$(SLUICE_BIN)/sluice metadata check .
	@bats tests

metadata:
	@$(SLUICE_BIN)/$(NAME) metadata

# Writes tests/metadata.json anew, after a wanted change of the options.
golden:
	@$(SLUICE_BIN)/sluice metadata check --renew .
