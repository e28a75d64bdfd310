# SPDX-License-Identifier: Apache-2.0
"""Network faults: toxiproxy between the connector and what it talks to."""

import http.client
import json
import socket
import subprocess
import threading
from pathlib import Path

from .errors import Failed, Skipped
from .processes import Child, until

# In the tree, or where it is installed with the suite.
SCRIPT = next((it for it in (Path(__file__).resolve().parents[up] / "tools/toxiproxy.sh" for up in (3, 2))
               if it.exists()), Path("toxiproxy.sh"))
BUILD_SECONDS = 600
START_TRIES = 3  # another program may take the port that was free
_build = threading.Lock()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Toxiproxy:
    """The program, one a slot. The first use builds it."""

    def __init__(self, folder):
        with _build:
            done = subprocess.run([SCRIPT, "-version"], capture_output=True, timeout=BUILD_SECONDS,
                                  stdin=subprocess.DEVNULL)
        if done.returncode == 77:
            raise Skipped(done.stderr.decode(errors="replace").strip())
        if done.returncode:
            raise Failed(f"{SCRIPT}: {done.stderr.decode(errors='replace')[-500:]}")
        self.count = 0
        for _ in range(START_TRIES):
            self.port = free_port()
            self.child = Child([SCRIPT, "-host", "127.0.0.1", "-port", self.port], folder / "toxiproxy.log")
            until(lambda: self._answers() or not self.child.alive(), "toxiproxy answers")
            if self.child.alive():
                return
        raise Failed(f"toxiproxy ended: {self.child.tail(5)}")

    def _answers(self):
        try:
            self.ask("GET", "/version")
            return True
        except OSError:
            return False

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"User-Agent": "sluice"})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        if answer.status >= 400:
            raise Failed(f"toxiproxy {method} {path}: {answer.status} {text}")
        return text

    def proxy(self, port, listen=0):
        """A way to 127.0.0.1:`port`."""
        self.count += 1
        return Proxy(self, f"p{self.count}", port, listen)

    def close(self):
        self.child.kill()


class Proxy:
    def __init__(self, toxiproxy, name, port, listen):
        self.toxiproxy, self.path = toxiproxy, f"/proxies/{name}"
        text = toxiproxy.ask("POST", "/proxies", {
            "name": name, "listen": f"127.0.0.1:{listen}", "upstream": f"127.0.0.1:{port}", "enabled": True})
        self.port = int(json.loads(text)["listen"].rpartition(":")[2])
        # The port has to stay the same when it is cut.
        toxiproxy.ask("POST", self.path, {"listen": f"127.0.0.1:{self.port}", "enabled": True})

    def toxic(self, kind, stream="downstream", **attributes):
        """latency (latency, jitter: ms), bandwidth (rate: KB/s), timeout (ms), reset_peer (ms),
        limit_data (bytes), slicer; `downstream` is towards the connector."""
        self.toxiproxy.ask("POST", f"{self.path}/toxics", {
            "name": f"{kind}_{stream}", "type": kind, "stream": stream, "attributes": attributes})

    def clear(self):
        for toxic in json.loads(self.toxiproxy.ask("GET", f"{self.path}/toxics")):
            self.toxiproxy.ask("DELETE", f"{self.path}/toxics/{toxic['name']}")

    def cut(self):
        """All connections end, and new ones are refused."""
        self.toxiproxy.ask("POST", self.path, {"enabled": False})

    def restore(self):
        self.toxiproxy.ask("POST", self.path, {"enabled": True})

    def close(self):
        try:
            self.toxiproxy.ask("DELETE", self.path)
        except (OSError, Failed):
            pass
