# SPDX-License-Identifier: Apache-2.0
"""The connector under test: its folder, and its runs."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .errors import Failed
from .processes import PATIENCE, Child, until

COMMAND_SECONDS = 60
COUNTS = ("read", "delivered", "filtered", "dead_lettered", "failed", "in_flight")


class Program:
    """What is known of a connector before it runs."""

    def __init__(self, folder, programs):
        self.folder = Path(folder).resolve()
        if not (self.folder / "connector.toml").exists():
            raise Failed(f"{folder} is no folder of a connector: there is no connector.toml")
        toml = tomllib.loads((self.folder / "connector.toml").read_text(encoding="utf-8"))
        self.name = toml["package"]["name"]
        self.version = toml["package"]["version"]
        self.section = toml.get("custom", {}).get("name", "")
        binary = toml.get("deployment", {}).get("binary", self.name)
        wanted = [os.environ.get("CONNECTOR"), self.folder / binary, programs / binary,
                  programs / self.name]
        self.path = next((str(it) for it in wanted if it and os.access(it, os.X_OK)
                          and not os.path.isdir(it)), None)
        if self.path is None:
            raise Failed(f"there is no program {binary}: build it, or set SLUICE_BIN")
        done = self.run("metadata", env={**os.environ, "FLV_PROFILE_PATH": "/nowhere"})
        if done.returncode:
            raise Failed(f"{self.name} metadata: {done.stderr}")
        self.metadata = json.loads(done.stdout)
        self.schema = self.metadata["schema"]
        self.direction = self.metadata["direction"].lower()
        self.is_kit = self.schema.get("$comment", "").startswith("sluice-kit")
        text = self.run("--help").stdout
        self.help = text if isinstance(text, str) else ""

    def run(self, *words, env=None, limit=COMMAND_SECONDS, cwd=None):
        return subprocess.run([self.path, *map(str, words)], capture_output=True, text=True,
                              errors="replace", env=env, timeout=limit, stdin=subprocess.DEVNULL, cwd=cwd)

    def has_option(self, name):
        return f"--{name} " in self.help or f"--{name}\n" in self.help or f"--{name}=" in self.help


@dataclass
class Counts:
    """What a connector says of itself, summed over its runs."""

    read: int = 0
    delivered: int = 0
    filtered: int = 0
    dead_lettered: int = 0
    failed: int = 0
    in_flight: int = 0

    def add(self, records):
        for name in COUNTS[:-1]:
            setattr(self, name, getattr(self, name) + int(records.get(name, 0)))


def metric(text, name):
    """The sum of a metric of the kit over its labels."""
    return sum(float(it) for it in re.findall(rf"^sluice_connector_{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))


class Instance(Child):
    """One run of the connector."""

    def __init__(self, program, words, place):
        """`place` has: env, folder, name (of the instance), number (of the run)."""
        self.program = program
        self.name = place["name"]
        self.runtime = place["env"]["SLUICE_RUNTIME_DIR"]
        self.last = {}
        self.is_counted = False
        log = place["folder"] / f"{self.name}-{place['number']}.log"
        super().__init__([program.path, *words], log, env=place["env"], cwd=place["folder"])

    # --- what it says ---

    def request(self, method, path, limit=PATIENCE):
        """(status code, text) of its control socket, or None when nobody answers."""
        connection = http.client.HTTPConnection("localhost", timeout=limit)
        try:
            connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.sock.settimeout(limit)
            connection.sock.connect(f"{self.runtime}/{self.name}.sock")
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def status(self):
        """The last that it said: of this moment, when it answers."""
        if self.program.is_kit and self.alive():
            answer = self.request("GET", "/status")
            if answer and answer[0] == 200:
                self.last = json.loads(answer[1])
        return self.last

    def count(self, name):
        return self.status().get("records", {}).get(name, 0)

    def metric(self, name):
        """The sum over its labels; 0 when nobody answers."""
        answer = self.request("GET", "/metrics")
        return metric(answer[1], name) if answer else 0

    def is_ready(self):
        answer = self.request("GET", "/readyz")
        return answer is not None and answer[0] == 200

    def log_lines(self):
        """Lines of the log that are JSON."""
        out = []
        for line in self.text().splitlines():
            try:
                out.append(json.loads(line))
            except ValueError:
                continue
        return [it for it in out if isinstance(it, dict)]

    def records(self):
        """Counts of this run: from its last status line, else from the last answer."""
        for line in reversed(self.log_lines()):
            if line.get("text") == "status" and line.get("state") == "stopped":
                return {name: int(line.get(name, 0)) for name in COUNTS}
        return self.last.get("records", {})

    # --- its end ---

    def kill(self):
        self.status()
        super().kill()

    def terminate(self, number=signal.SIGTERM, limit=None):
        """A clean stop, and its exit code."""
        self.status()
        self.signal(signal.SIGCONT)
        self.tell(number)
        return self.wait(limit)

    def wait_ready(self, limit=None):
        until(lambda: self.is_ready() or not self.alive(), lambda: f"ready: {self.tail(5)}", limit)
        if not self.alive():
            raise Failed(f"it ended with {self.wait()}: {self.tail(6)}")
