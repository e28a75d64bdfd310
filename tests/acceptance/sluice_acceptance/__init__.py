# SPDX-License-Identifier: Apache-2.0
"""What a connector's tests/acceptance.py needs. README.md of tests/acceptance says how it is used."""

from .adapter import CANARY, Outside, Record, SinkOutside, SourceOutside

__all__ = ["CANARY", "Outside", "Record", "SinkOutside", "SourceOutside"]
