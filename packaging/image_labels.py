#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the labels of a connector's image, one `key=value` a line, from its connector.toml.

usage: image_labels.py CONNECTOR_TOML
"""

import sys
import tomllib
from pathlib import Path


def labels(toml):
    package = toml["package"]
    prefix = "org.opencontainers.image"
    rows = {
        f"{prefix}.title": package["name"],
        f"{prefix}.version": package["version"],
        f"{prefix}.description": package["description"],
        f"{prefix}.licenses": package.get("license", ""),
        f"{prefix}.vendor": package["group"],
        "io.sluice.api-version": package.get("apiVersion", ""),
        "io.sluice.direction": "sink" if toml["direction"].get("dest") else "source",
        "io.sluice.section": toml.get("custom", {}).get("name", "custom"),
    }
    return {key: " ".join(value.split()) for key, value in rows.items() if value}


if __name__ == "__main__":
    for row in labels(tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).items():
        print("=".join(row))
