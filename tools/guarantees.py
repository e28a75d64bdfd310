#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/guarantees.md from tests/acceptance/results/*.json.

usage: guarantees.py [--check]

With --check it only says whether the page is what it would write (exit code 1 when not), and
whether each result belongs to a connector of the tree.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "tests/acceptance/results"
PAGE = ROOT / "docs/guarantees.md"

HEAD = """# What each connector guarantees

This page is made by `tools/guarantees.py` from the last full run of the [acceptance suite](../tests/acceptance/README.md)
(`make acceptance`). A kill is `kill -9` of the connector; a fault is anything else that was done to it: the cluster or the outside system
killed, stopped or frozen, connections cut, answers lost. After each of them everything was counted.

- **at least once**: no record is lost; after a fault some may come again.
- **effectively once**: no record is lost, and none is there twice, whatever happened.

| Connector | Guarantee | Cases passed | Kills survived | Faults survived | Duplicates seen | Lost |
| --- | --- | --- | --- | --- | --- | --- |
"""


def row(result):
    cases = result["cases"]
    passed = str(cases["passed"])
    if cases["failed"]:
        passed += f" ({cases['failed']} failed: {', '.join(result['failed'])})"
    link = f"[{result['connector']}](../{result['folder']}/README.md#delivery)"
    cells = (link, result["guarantee"], passed, result["kills"], result["faults"], result["duplicates"],
             result["lost"])
    return "| " + " | ".join(map(str, cells)) + " |\n"


def limits(result):
    lines = list(result["known_limits"])
    lines += [f"Cases `{name}` are left out: {why}." for name, why in sorted(result["left_out"].items())]
    if not lines:
        return ""
    return f"\n**{result['connector']}**\n\n" + "".join(f"- {line}\n" for line in lines)


def page(results):
    out = HEAD + "".join(map(row, results)) + "\n## Known limits\n"
    return out + ("".join(map(limits, results)) or "\nNone.\n")


def main():
    results = [json.loads(it.read_text(encoding="utf-8")) for it in sorted(RESULTS.glob("*.json"))]
    gone = [it["connector"] for it in results if not (ROOT / it["folder"] / "connector.toml").exists()]
    if gone:
        print(f"guarantees: results of connectors that are not here: {', '.join(gone)}", file=sys.stderr)
        return 1
    text = page(results)
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            print("guarantees: docs/guarantees.md is not made from the results: run tools/guarantees.py",
                  file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


sys.exit(main())
