# SPDX-License-Identifier: Apache-2.0
"""The Fluvio cluster of a slot: a `sluice cluster start` of its own, or the one that
FLUVIO_TEST_PROFILE names. A server that was stopped comes back with the same ports and data."""

import json
import os
import shutil
import signal
import subprocess

from .errors import Failed, Skipped
from .processes import Child, until

COMMAND_SECONDS = 180
START_SECONDS = 60


class Cluster:
    def __init__(self, programs, folder):
        self.sluice = programs / "sluice"
        self.folder = folder
        self.profile = folder / "profile"
        self.real = os.environ.get("FLUVIO_TEST_PROFILE")
        self.child = None
        self.sc = self.spu = "127.0.0.1:0"
        self.made = []  # topics
        self.more = ()  # options of the start
        if self.real:
            shutil.copy(self.real, self.profile)

    # --- the server ---

    def start(self, *options):
        if self.real or self.alive():
            return
        self.more = options or self.more
        self.profile.unlink(missing_ok=True)
        words = [self.sluice, "cluster", "start", "--foreground", "--sc", self.sc, "--spu", self.spu,
                 "--data", self.folder / "data", "--profile", self.profile, *self.more]
        self.child = Child(words, self.folder / "cluster.log")
        until(lambda: not self.alive() or self._is_written(), "the cluster starts", START_SECONDS)
        if not self.alive():
            raise Failed(f"the cluster ended: {self.child.tail(5)}")
        self.sc = json.loads(self.run("profile", "show", "--output", "json"))["endpoint"]
        if self.spu.endswith(":0"):
            status = self.run("cluster", "status", "--data", self.folder / "data", "--output", "json")
            self.spu = json.loads(status)["spu"]

    def _is_written(self):
        return self.profile.exists() and self.profile.stat().st_size > 0

    def alive(self):
        return self.child is not None and self.child.alive()

    def _own(self):
        if self.real:
            raise Skipped("a real cluster is not stopped")

    def stop(self):
        self._own()
        self.child.stop()

    def kill(self):
        self._own()
        self.child.kill()

    def freeze(self):
        self._own()
        self.child.signal(signal.SIGSTOP)

    def thaw(self):
        self.child.signal(signal.SIGCONT)

    def close(self):
        if self.real:
            for topic in self.made:
                self.run("topic", "delete", topic, may_fail=True)
        elif self.child:
            self.child.kill()

    # --- the tool ---

    def env(self):
        return {**os.environ, "FLV_PROFILE_PATH": str(self.profile)}

    def run(self, *words, input=None, may_fail=False):
        done = subprocess.run([str(self.sluice), *map(str, words)], input=input, env=self.env(),
                              capture_output=True, timeout=COMMAND_SECONDS)
        if done.returncode and not may_fail:
            said = (done.stdout + done.stderr).decode(errors="replace")
            raise Failed(f"sluice {' '.join(map(str, words))}: {said[-1500:]}")
        return done.stdout

    def create_topic(self, name, partitions=1):
        self.made.append(name)
        self.run("topic", "create", name, "--partitions", partitions)

    def has_topic(self, name):
        return any(it["name"] == name for it in json.loads(self.run("topic", "list", "--output", "json")))

    def consume(self, topic):
        """All records that are there now, as `sluice consume --output json` shows them."""
        out = self.run("consume", topic, "--beginning", "--disable-continuous", "--quiet",
                       "--output", "json")
        return [json.loads(line) for line in out.splitlines()]

    def produce(self, topic, records, partition=None):
        """Returns when all are durable. Records without line feeds go in one call."""
        where = [] if partition is None else ["--partition", partition]
        plain = [it for it in records if _is_plain(it)]
        if len(plain) != len(records):
            for record in records:
                self._produce_raw(topic, record, where)
            return
        for keyed, group in _groups(records):
            lines = [(it.key + b"\t" if keyed else b"") + it.value + b"\n" for it in group]
            separator = ["--key-separator", "\t"] if keyed else []
            self.run("produce", topic, "--quiet", "--max-record-size", "16 MiB", *separator, *where,
                     input=b"".join(lines))

    def _produce_raw(self, topic, record, where):
        key = [] if record.key is None else ["--key", os.fsdecode(record.key)]
        self.run("produce", topic, "--raw", "--quiet", "--max-record-size", "16 MiB", *key, *where,
                 input=record.value)


def _is_plain(record):
    return record.value and b"\n" not in record.value and b"\r" not in record.value and (
        record.key is None or (record.key and not set(b"\t\n\r") & set(record.key)))


def _groups(records):
    group = []
    for record in records:
        if group and (group[-1].key is None) != (record.key is None):
            yield group[0].key is not None, group
            group = []
        group.append(record)
    if group:
        yield group[0].key is not None, group

