# SPDX-License-Identifier: Apache-2.0
"""Clusters with faults: one behind a proxy, and one that is asked for faults by its own API."""

import os
import subprocess

from .cluster import Cluster
from .errors import Failed, Skipped
from .processes import until
from .proxy import free_port


class ProxiedCluster(Cluster):
    """Clients reach its data node through `proxy`. So does the suite: it asks while the way is free."""

    def __init__(self, programs, folder, toxiproxy):
        super().__init__(programs, folder)
        if self.real:
            raise Skipped("a real cluster tells its own addresses")
        port = free_port()
        self.spu = f"127.0.0.1:{port}"
        self.proxy = toxiproxy.proxy(port)
        self.start("--advertise", f"127.0.0.1:{self.proxy.port}")


class FaultyCluster(Cluster):
    """The embedded server, with its fault API: see tests/acceptance/faulty-cluster."""

    PRODUCE, STREAM = 0, 1003

    def __init__(self, programs, folder):
        super().__init__(programs, folder)
        if self.real:
            raise Skipped("a real cluster has no faults to ask for")
        program = programs / "faulty-cluster"
        if not program.exists():
            raise Skipped("there is no program faulty-cluster: it is built with the tests")
        self.program = program
        self.start()

    def start(self, *options):
        if self.alive():
            return
        ports = [it.rpartition(":")[2] for it in (self.sc, self.spu)]
        with open(self.folder / "cluster.log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program, self.folder / "data", self.profile, *ports], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1, env=dict(os.environ))
        words = self._answer().split()
        self.sc, self.spu = (f"127.0.0.1:{port}" for port in words[1:])

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"the cluster ended: {(self.folder / 'cluster.log').read_text(errors='replace')[-500:]}")
        return line

    def alive(self):
        return getattr(self, "process", None) is not None and self.process.poll() is None

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self._answer()

    def fault(self, action, key, skip=0, count=1):
        """At the data node: the requests with this key, after `skip` of them, `count` of them."""
        self.ask(f"spu {key} {action} {skip} {count}")

    def close(self):
        if self.alive():
            self.process.stdin.close()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                until(lambda: not self.alive(), "the faulty cluster ends")
        self.process.stdout.close()
