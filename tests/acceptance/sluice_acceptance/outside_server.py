# SPDX-License-Identifier: Apache-2.0
"""The outside system of a slot: tests/servers/NAME, with its DIR. One without a server is a folder."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from .errors import Failed, Skipped

SERVERS = Path(__file__).resolve().parents[2] / "servers"
START_SECONDS = 240


class OutsideServer:
    def __init__(self, adapter_class, connector, folder):
        """tests/servers/NAME of the connector's own folder comes first."""
        self.name = adapter_class.server
        own = connector / "tests/servers" / (self.name or "")
        self.script = own if own.is_file() else SERVERS / (self.name or "")
        self.options = list(adapter_class.server_options)
        self.folder = folder
        self.up = False

    def _call(self, verb, *words):
        try:
            done = subprocess.run([str(self.script), verb, str(self.folder), *words],
                                  capture_output=True, timeout=START_SECONDS, stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            raise Failed(f"there is no tests/servers/{self.name}") from None
        text = (done.stderr + done.stdout).decode(errors="replace").strip()[-800:]
        if done.returncode == 77:
            raise Skipped(text or f"this machine has no {self.name}")
        if done.returncode:
            raise Failed(f"tests/servers/{self.name} {verb}: {text}")

    def start(self):
        if self.name and not self.up:
            self._call("start", *self.options)
            self.up = True

    def _need(self):
        if not self.name:
            raise Skipped("the outside is files: nothing can be stopped")

    def stop(self):
        self._need()
        self.up = False
        self._call("stop")

    def kill(self):
        self._need()
        self.up = False
        self._call("kill")

    def pid(self):
        self._need()
        return int((self.folder / "pid").read_text())

    def freeze(self):
        """SIGSTOP for it and all its children: it takes connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        pid = self.pid()
        os.kill(pid, number)  # the first, so that it makes no more children
        for child in _family(pid)[1:]:
            try:
                os.kill(child, number)
            except ProcessLookupError:  # one that was about to end
                pass

    def port(self):
        self._need()
        return int((self.folder / "port").read_text())

    def env(self, port=None):
        """What DIR/env says; with `port`, as if it were reached there: through a proxy."""
        if not self.name:
            return {}
        out = {}
        for line in (self.folder / "env").read_text().splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            if name:
                out[name] = value.strip("'\"")
        if port is not None:
            own = re.compile(rf"(?<![0-9]){self.port()}(?![0-9])")
            out = {name: own.sub(str(port), value) for name, value in out.items()}
        return out

    def close(self):
        if self.name and self.up:
            try:
                self._call("kill")
            except (Failed, Skipped):
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


def _family(pid):
    out = [pid]
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if parent == pid:
                out += _family(int(folder.name))
    return out
