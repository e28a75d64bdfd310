# SPDX-License-Identifier: Apache-2.0
"""How results are shown, and the file that docs/guarantees.md is made from."""

import json
import os
import sys
from pathlib import Path

SUITE = Path(__file__).resolve().parents[1]

MARK = {"ok": "ok     ", "FAILED": "FAILED ", "skipped": "skipped"}


def print_case(result):
    detail = result.why.splitlines()[0] if result.outcome == "skipped" and result.why else (
        result.ledger.line() if result.ledger else "")
    print(f"{MARK[result.outcome]} {result.name:<58} {result.seconds:5.1f}s  {detail}")
    if result.outcome == "FAILED":
        print("  why: " + result.why.replace("\n", "\n       "))
        for name, text in result.logs:
            print(f"  --- {name}")
            for line in text.splitlines():
                print(f"  | {line[:400]}")
    sys.stdout.flush()


def total(results, name):
    return sum(getattr(it.ledger, name) or 0 for it in results if it.ledger)


def print_totals(run, results):
    counts = {word: sum(it.outcome == word for it in results) for word in MARK}
    passed = [it for it in results if it.outcome == "ok"]
    print(f"\n{run.program.name}: {counts['ok']} ok, {counts['FAILED']} failed, {counts['skipped']} skipped; "
          f"kills {sum(it.kills for it in results)}, other faults {sum(it.faults for it in results)}; "
          f"sent {total(passed, 'sent')}, delivered {total(passed, 'delivered')}, "
          f"duplicated {total(results, 'duplicated')}, lost {total(results, 'lost')}")


def summary(run, results):
    """What docs/guarantees.md says of the connector. Nothing in it depends on the machine but what
    chance decided: how many records came twice."""
    passed = [it for it in results if it.outcome == "ok"]
    adapter = run.adapter_class
    return {
        "connector": run.program.name,
        "folder": os.path.relpath(run.program.folder, SUITE.parents[1]),
        "direction": run.program.direction,
        "guarantee": adapter.guarantee,
        "cases": {word: sum(it.outcome == mark for it in results)
                  for word, mark in (("passed", "ok"), ("failed", "FAILED"), ("skipped", "skipped"))},
        "failed": sorted(it.name for it in results if it.outcome == "FAILED"),
        "kills": sum(it.kills for it in passed),
        "faults": sum(it.faults for it in passed),
        "duplicates": total(results, "duplicated"),
        "lost": total(results, "lost"),
        "known_limits": list(adapter.known_limits),
        "left_out": dict(adapter.skips),
    }


def write_json(run, results, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(summary(run, results), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
