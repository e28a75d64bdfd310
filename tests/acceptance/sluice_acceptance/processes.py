# SPDX-License-Identifier: Apache-2.0
"""Programs that the suite starts: the server, the connector, the outside system.

Each is stopped by its pid, and those that are direct children die with the suite.
"""

import os
import shutil
import signal
import subprocess
import threading
import time

from .errors import Failed

PATIENCE = float(os.environ.get("SLUICE_PATIENCE", "60"))  # longest wait for a condition, seconds
END_SECONDS = 15  # longest wait for a process to end after SIGKILL

stopped = threading.Event()  # somebody wants the suite to end: nothing new is begun


def go_on():
    if stopped.is_set():
        raise Failed("the suite was told to stop")


def until(condition, what, limit=None, pause=0.02):
    """Waits until `condition()` is true and returns what it returned. `what` is a text, or a
    function that makes one. No limit is shorter than the patience."""
    limit = max(limit or 0, PATIENCE)
    end = time.monotonic() + limit
    while True:
        go_on()
        over = time.monotonic() > end  # before the last look: a look may take long
        result = condition()
        if result:
            return result
        if over:
            raise Failed(f"not within {limit:g} s: {what() if callable(what) else what}")
        time.sleep(pause)
        pause = min(pause * 1.2, 0.25)


class Child:
    """A process with its output in a file."""

    def __init__(self, words, log, env=None, cwd=None):
        go_on()
        self.log = log
        guard = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                guard + [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, env=env, cwd=cwd, start_new_session=True)

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        if self.alive():
            self.process.send_signal(number)

    def takes(self, number):
        """It handles the signal, or blocks and reads it. A program that has just been started does
        neither yet, and would be ended by it."""
        try:
            with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
                masks = [int(it.split()[1], 16) for it in file if it.startswith(("SigBlk:", "SigCgt:"))]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return any(it >> (number - 1) & 1 for it in masks)

    def tell(self, number):
        """Sends the signal as soon as the program listens to it."""
        until(lambda: not self.alive() or self.takes(number),
              lambda: f"it listens to signal {number}: {self.tail(3)}")
        self.signal(number)

    def wait(self, limit=None):
        """Its exit code, as a shell says it (128 + n for a signal)."""
        until(lambda: not self.alive(), lambda: f"the end of {self.process.args[-1]}: {self.tail(3)}", limit)
        code = self.process.returncode
        return 128 - code if code < 0 else code

    def kill(self):
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)
        # What it has started goes with it: a script's children.
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed(f"process {self.pid} does not die") from None

    def stop(self, limit=10):
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()

    def text(self):
        try:
            return self.log.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def tail(self, lines=12):
        return "\n".join(self.text().splitlines()[-lines:])


def rss_bytes(pid):
    """Memory that the process has in RAM, of its own: without mapped files."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0
