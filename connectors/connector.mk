# SPDX-License-Identifier: Apache-2.0
# The rules that every C++ connector's Makefile has. It sets NAME and ROOT, and includes this.
PRESET     ?= dev
SLUICE_BIN ?= $(abspath $(ROOT))/build/$(PRESET)/bin
export SLUICE_BIN
export CONNECTOR := $(SLUICE_BIN)/$(NAME)

.PHONY: build test acceptance metadata golden

build:
	@cmake -S $(ROOT) --preset $(PRESET) -B $(ROOT)/build/$(PRESET) >/dev/null
	@cmake --build $(ROOT)/build/$(PRESET) --target $(NAME) sluice

test:
	@bats tests
	@if test -e tests/acceptance.py; then $(MAKE) --no-print-directory acceptance; \
	  else $(SLUICE_BIN)/sluice metadata check .; fi

# The suite that every connector runs (`sluice metadata check` is in it), and so many kills under load.
# SHARE=N: of the cases about what the kit does for all connectors alike, one in N.
acceptance:
	@$(ROOT)/tests/acceptance/run . --cases --kills $(or $(KILLS),20) --share $(or $(SHARE),1)

metadata:
	@$(SLUICE_BIN)/$(NAME) metadata

# Writes tests/metadata.json anew, after a wanted change of the options.
golden:
	@$(SLUICE_BIN)/sluice metadata check --renew .
