# SPDX-License-Identifier: Apache-2.0
"""How a program is measured: what its process tree costs, and when the destination has the records.

The rate is that at the destination: of the records between the first tenth and the last one, so
that neither the start of a JVM nor the first connection counts. The costs are those of the
program's own process: processor time from its start, and the most memory it ever had resident.
"""

import dataclasses
import os
import pathlib
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Result:
    records: int
    seconds: float  # for the last nine tenths of them
    cpu_seconds: float  # all of them, and the start
    peak_mb: float

    @property
    def per_second(self):
        return 0.9 * self.records / self.seconds

    @property
    def per_core(self):
        return self.records / self.cpu_seconds


class Program:
    """A process that is measured. Use it in `with`: it is stopped at the end."""

    def __init__(self, command, log, env=None):
        self.log = pathlib.Path(log)
        self.file = self.log.open("ab")
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=self.file, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.file.close()

    def cpu_seconds(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"process {self.process.pid} has ended: {self.log.read_text()[-2000:]}")

    def has_ended(self):
        return self.process.poll() is not None


def wait_until(condition, what, seconds=120):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def measure(start, count, records, seconds=600):
    """Starts the program with `start`, and counts at the destination until it has all records."""
    began = None
    until = time.monotonic() + seconds
    with start() as program:
        while True:
            there = count()
            now = time.monotonic()
            if began is None and there >= records / 10:
                began, first = now, there
            if there >= records:
                break
            if program.has_ended() and count() < records:
                raise RuntimeError(f"ended with {there} of {records}: {program.log.read_text()[-2000:]}")
            if now > until:
                raise RuntimeError(f"{there} of {records} after {seconds} s: {program.log.read_text()[-2000:]}")
            time.sleep(0.05)
        # The tenth that was really there when it was looked at.
        share = (records - first) / (0.9 * records)
        taken = max(now - began, 0.001) / share if share > 0 else 0.05
        return Result(records, taken, program.cpu_seconds(), program.peak_mb())
