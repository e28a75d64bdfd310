#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes data/catalog.json, the catalog that the browser tests show.

usage: renew_data.py BIN > data/catalog.json

BIN is the folder of the built programs (build/release/bin). Of the tree: every connector that has
been built there and some SmartModules; beside them an entry of another language, with the schema of
the option parser's own sample, which has each form that a schema can have. Run it again when the
format of catalog.json changes; new options of a connector need no new data.
"""
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def connector(folder, program):
    info = tomllib.loads((folder / "connector.toml").read_text())
    package = info["package"]
    metadata = json.loads(subprocess.run([program, "metadata"], capture_output=True, check=True).stdout)
    return {
        "name": package["name"],
        "direction": metadata["direction"],
        "version": metadata["version"],
        "description": metadata["description"],
        "group": package["group"],
        "license": package["license"],
        "apiVersion": package["apiVersion"],
        "section": info["custom"]["name"],
        "language": "cpp",
        "kit": True,
        "image": f"{package['group']}/{package['name']}:{package['version']}",
        "binary": {"sha256": "5d" * 32, "bytes": 4_812_344},
        "versions": [package["version"]],
        "folder": str(folder.relative_to(ROOT)),
        "readme": (folder / "README.md").read_text(),
        "schema": metadata["schema"],
    }


def foreign():
    """A connector that is not made with the kit."""
    metadata = json.loads((ROOT / "tests/data/options/sample.metadata.json").read_text())
    readme = (
        "# sample-source\n\nA sample with **every** form of option.\n\n"
        "<script>window.wasRun = true</script>\n<img src=x onerror=\"window.wasRun = true\">\n\n"
        "| a | b |\n| --- | --- |\n| `one` | [two](https://example.org/two) |\n\n    code\n"
    )
    return {
        "name": "sample-source",
        "direction": "Source",
        "version": "0.2.0",
        "description": "Reads samples, and is written in another language.",
        "group": "examples",
        "license": "MIT",
        "apiVersion": "0.2.0",
        "section": "sample",
        "language": "python",
        "kit": False,
        "image": "examples/sample-source:0.2.0",
        "binary": None,
        "versions": ["0.1.0", "0.2.0"],
        "folder": "examples/sample-source",
        "readme": readme,
        "schema": metadata["schema"],
    }


def smartmodule(folder):
    info = tomllib.loads((folder / "smartmodule.toml").read_text())
    kinds = info["kind"] if isinstance(info["kind"], list) else [info["kind"]]
    readme = folder / "README.md"
    return {
        "name": info["name"],
        "version": info["version"],
        "description": info["description"],
        "kinds": kinds,
        "readme": readme.read_text() if readme.exists() else "",
        "folder": str(folder.relative_to(ROOT)),
        "wasm": {"sha256": "a7" * 32, "bytes": 40_210},
        "params": [{"name": one["name"], "description": one["description"]} for one in info.get("params", [])],
    }


def main():
    programs = Path(sys.argv[1])
    connectors = [foreign()]
    for toml in sorted(ROOT.glob("connectors/*/*/connector.toml")):
        program = programs / tomllib.loads(toml.read_text())["package"]["name"]
        if program.exists():
            connectors.append(connector(toml.parent, program))
    modules = [smartmodule(ROOT / "smartmodules" / name) for name in ("csv-json", "jolt", "regex-filter")]
    catalog = {
        "format": 1,
        "generator": "sluice 0.1.0",
        "connectors": sorted(connectors, key=lambda one: one["name"]),
        "smartmodules": modules,
    }
    json.dump(catalog, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
