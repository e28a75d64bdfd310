# SPDX-License-Identifier: Apache-2.0
"""Runs the cases of a connector, side by side in slots, and prints a line for each.

A slot is a thread with a cluster and an outside server of its own, so a case may stop both. What a
case has disturbed is put right before the next one.
"""

import argparse
import fnmatch
import importlib.util
import os
import queue
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from . import cases, kill_loop, processes, report
from .adapter import Outside
from .cluster import Cluster
from .connector import Program
from .errors import Failed, Skipped
from .outside_server import OutsideServer
from .world import World

SUITE = Path(__file__).resolve().parents[1]


@dataclass
class Result:
    name: str
    outcome: str = "ok"  # "ok", "FAILED", "skipped"
    why: str = ""
    seconds: float = 0
    ledger: object = None
    kills: int = 0
    faults: int = 0
    logs: list = field(default_factory=list)


def load_adapter(folder):
    path = Path(folder) / "tests/acceptance.py"
    if not path.exists():
        raise Failed(f"there is no {path}")
    spec = importlib.util.spec_from_file_location("acceptance", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not isinstance(getattr(module, "Outside", None), type) or not issubclass(module.Outside, Outside):
        raise Failed(f"{path}: there is no class Outside of SinkOutside or SourceOutside")
    return module.Outside


def find_programs():
    """The folder with `sluice`: SLUICE_BIN, a build of the tree, or where this is installed."""
    given = os.environ.get("SLUICE_BIN")
    places = [given] if given else [SUITE.parents[1] / "build/dev/bin", SUITE.parents[1] / "build/release/bin",
                                    SUITE.parents[3] / "bin"]
    for place in map(Path, places):
        if (place / "sluice").exists():
            return place.resolve()
    raise Failed(f"there is no sluice in {' or '.join(map(str, places))}: build it, or set SLUICE_BIN")


class Slot:
    """Made and used by one thread."""

    def __init__(self, run, number):
        self.run, self.number = run, number
        self.program, self.adapter_class = run.program, run.adapter_class
        self.folder = run.folder / f"s{number}"
        (self.folder / "cluster").mkdir(parents=True)
        self.cluster = Cluster(run.programs, self.folder / "cluster")
        self.server = OutsideServer(run.adapter_class, run.program.folder, self.folder / "outside")
        self.shared = {}  # what cases make once: a proxy

    def ready(self):
        self.cluster.start()
        self.server.start()

    def close(self):
        for thing in self.shared.values():
            thing.close()
        self.server.close()
        self.cluster.close()


class Run:
    def __init__(self, folder, options):
        self.options = options
        self.programs = find_programs()
        self.program = Program(folder, self.programs)
        self.adapter_class = load_adapter(folder)
        if self.adapter_class.direction != self.program.direction:
            raise Failed(f"{self.program.name} is a {self.program.direction}, its Outside is not")
        self.folder = Path(tempfile.mkdtemp(prefix="acc-"))
        self.stopped = processes.stopped
        self.results = []
        self.lock = threading.Lock()
        self.counter = 0
        self.mark = f"a{os.urandom(3).hex()}"

    def new_place(self):
        with self.lock:
            self.counter += 1
            return f"{self.mark}n{self.counter}"

    # --- which cases ---

    def chosen(self):
        out = []
        if self.options.kills and not self.options.cases:
            return self.kill_loop()
        for case in cases.load():
            if case.direction not in (None, self.program.direction):
                continue
            if not case.falls_to(self.program.name, self.options.share):
                continue
            if self.options.case and case.name not in self.options.case:
                continue
            if self.options.only and not fnmatch.fnmatch(case.name, self.options.only):
                continue
            out.append(case)
        return out + self.kill_loop()

    def kill_loop(self):
        options = self.options
        return kill_loop.rounds(options.kills, options.seed, self.adapter_class) if options.kills else []

    def reason_to_skip(self, case):
        if case.kit and not self.program.is_kit:
            return "not a program of the kit"
        for pattern, why in self.adapter_class.skips.items():
            if fnmatch.fnmatch(case.name, pattern):
                return why
        return None

    # --- one case ---

    def run_case(self, slot, case):
        result = Result(case.name)
        start = time.monotonic()
        why = self.reason_to_skip(case)
        if why:
            result.outcome, result.why = "skipped", why
            return result
        world = None
        folder = slot.folder / self.new_place()
        try:
            slot.ready()
            folder.mkdir()
            world = World(slot, folder.name, folder)
            case.run(world)
            world.end()
            result.ledger = world.ledger()
            world.judge(result.ledger)
        except Skipped as skip:
            result.outcome, result.why = "skipped", str(skip)
        except Failed as failure:
            result.outcome, result.why = "FAILED", str(failure)
        except NotImplementedError:
            where = traceback.extract_tb(sys.exc_info()[2])[-1].name
            result.outcome, result.why = "skipped", f"its acceptance.py has no {where}"
        except Exception as error:  # of the adapter, or of the suite: the case did not pass
            result.outcome = "FAILED"
            result.why = f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-4)}"
        finally:
            self.finish(world, result, slot)
        if result.outcome != "FAILED":
            shutil.rmtree(folder, ignore_errors=True)
        result.seconds = time.monotonic() - start
        return result

    def finish(self, world, result, slot):
        if world is None:
            return
        if result.outcome == "FAILED":
            if result.ledger is None:
                try:
                    world.end()
                    result.ledger = world.ledger()
                except Exception:  # the failure is what counts
                    pass
            result.logs = [(it.log.name, it.tail(15)) for it in world.instances[-3:]]
        result.kills, result.faults = world.kills, world.faults
        world.close()

    # --- all ---

    def work(self, number, todo):
        slot = None
        try:
            slot = Slot(self, number)
            while not self.stopped.is_set():
                try:
                    case = todo.get_nowait()
                except queue.Empty:
                    return
                result = self.run_case(slot, case)
                with self.lock:
                    self.results.append(result)
                    report.print_case(result)
        except Exception:
            self.broken = traceback.format_exc()
            self.stopped.set()
        finally:
            if slot:
                slot.close()

    def all(self):
        self.broken = None
        jobs = 1 if self.adapter_class.heavy else max(1, self.options.jobs)
        side_by_side, alone = queue.Queue(), queue.Queue()
        for case in self.chosen():
            (alone if case.alone else side_by_side).put(case)
        for todo, count in ((side_by_side, jobs), (alone, 1)):
            threads = [threading.Thread(target=self.work, args=(self.new_slot(), todo))
                       for _ in range(min(count, todo.qsize()))]
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():  # so that signals come through
                    thread.join(0.2)
        if self.broken:
            raise Failed(self.broken)
        return self.results

    def new_slot(self):
        self.slots = getattr(self, "slots", 0) + 1
        return self.slots

    def close(self):
        keep = any(it.outcome == "FAILED" for it in self.results) and self.options.keep
        if keep:
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def parse(words):
    parser = argparse.ArgumentParser(
        prog="tests/acceptance/run", description="Runs the acceptance suite over a connector.",
        epilog="SLUICE_BIN: folder with the programs (build/dev/bin). SLUICE_PATIENCE: longest wait, 60 s. "
        "FLUVIO_TEST_PROFILE: a real cluster. Exit codes: 0 all passed or skipped, 1 failed, 2 usage.")
    parser.add_argument("folder", nargs="?", help="folder of the connector, with tests/acceptance.py")
    parser.add_argument("--case", action="append", metavar="NAME", help="only this case; repeatable")
    parser.add_argument("--only", metavar="GLOB", help="only cases whose names match")
    parser.add_argument("--jobs", type=int, default=2, help="cases side by side (2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes the results there")
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="the kill loop, with so many kills")
    parser.add_argument("--cases", action="store_true", help="with --kills: the cases, too")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(1, 999_999),
                        help="of the kill loop; else a new one, which is shown")
    parser.add_argument("--share", type=int, default=1, metavar="N",
                        help="of the cases about what the kit does for all alike, only one in N (1)")
    parser.add_argument("--list", action="store_true", help="prints the names of the cases")
    parser.add_argument("--keep", action="store_true", help="keeps the folder of a run that failed")
    return parser.parse_args(words)


def main(words):
    options = parse(words)
    if options.list:
        for case in cases.load():
            print(f"{case.name}  ({case.direction or 'both'}{', kit' if case.kit else ''})")
        return 0
    if not options.folder:
        print("acceptance: name the folder of a connector", file=sys.stderr)
        return 2
    run = None
    try:
        run = Run(options.folder, options)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: run.stopped.set())
        results = run.all()
        if not results:
            raise Failed("there is no such case")
        report.print_totals(run, results)
        if options.json:
            report.write_json(run, results, options.json)
        return 1 if run.stopped.is_set() or any(it.outcome == "FAILED" for it in results) else 0
    except Failed as failure:
        print(f"acceptance: {failure}", file=sys.stderr)
        return 2
    finally:
        if run:
            run.close()
