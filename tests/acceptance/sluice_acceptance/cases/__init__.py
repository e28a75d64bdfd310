# SPDX-License-Identifier: Apache-2.0
"""The cases: functions whose names are claims. Each takes a `World`."""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Callable
from zlib import crc32

ALL = []


@dataclass(frozen=True)
class Case:
    name: str
    run: Callable
    direction: str | None  # None: both
    kit: bool
    alone: bool  # not beside others: it measures
    shared: bool = False

    def falls_to(self, program, share):
        """Whether this program runs it when each case that is shared runs with one of so many."""
        return not self.shared or (crc32(program.encode()) + crc32(self.name.encode())) % share == 0


def case(direction=None, kit=True, alone=False, shared=False):
    """Registers a function as a case, for sources, sinks or both; `kit`: it needs the kit; `shared`:
    it is about what the kit does for all alike, so with --share not every connector runs it."""
    def register(function):
        ALL.append(Case(function.__name__, function, direction, kit, alone, shared))
        return function
    return register


def load():
    """All cases, in the order of the files' names and of the functions in them."""
    if not ALL:
        for module in sorted(it.name for it in pkgutil.iter_modules(__path__)):
            importlib.import_module(f"{__name__}.{module}")
    return ALL
