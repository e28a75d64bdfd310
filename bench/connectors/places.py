# SPDX-License-Identifier: Apache-2.0
"""The two streams and the outside systems of the measurements, each on loopback in one folder."""

import json
import os
import pathlib
import shlex
import sqlite3
import subprocess
import sys

from measure import Program, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("SLUICE_BIN", ROOT / "build/release/bin"))


def run(*command, **how):
    return subprocess.run([str(word) for word in command], check=True, text=True,
                          stdout=subprocess.PIPE, **how).stdout


class Server:
    """One of tests/servers."""

    def __init__(self, name, folder):
        self.script = ROOT / "tests/servers" / name
        self.folder = folder
        subprocess.run([self.script, "start", folder], check=True, stdout=sys.stderr)
        lines = (folder / "env").read_text().splitlines()
        self.env = dict(shlex.split(line)[0].split("=", 1) for line in lines)

    def stop(self):
        subprocess.run([self.script, "stop", self.folder], check=True)


class Cluster:
    """The embedded server of Sluice: topics that sync before they acknowledge."""

    def __init__(self, folder):
        self.profile = folder / "profile"
        self.program = Program(
            [BIN / "sluice", "cluster", "start", "--foreground", "--sc", "127.0.0.1:0", "--spu",
             "127.0.0.1:0", "--data", folder / "cluster", "--profile", self.profile],
            folder / "cluster.log")
        wait_until(self.profile.exists, "the server's profile")
        self.env = {"FLV_PROFILE_PATH": str(self.profile), "RUST_LOG": "warn"}
        os.environ.update(self.env)

    def count(self, topic):
        text = run(BIN / "sluice", "partition", "list", topic, "--output", "json")
        return sum(max(row["log_end"], 0) for row in json.loads(text))

    def create(self, topic):
        run(BIN / "sluice", "topic", "create", topic)

    def fill(self, topic, file):
        self.create(topic)
        with open(file, "rb") as lines:
            run(BIN / "sluice", "produce", topic, "--quiet", stdin=lines)

    def stop(self):
        self.program.stop()


class Kafka:
    def __init__(self, server):
        self.server = server
        self.brokers = server.env["KAFKA_BROKERS"]

    def count(self, topic):
        text = subprocess.run(["kcat", "-b", self.brokers, "-Q", "-t", f"{topic}:0:-1"],
                              text=True, capture_output=True, check=False).stdout
        return int(text.rpartition(" ")[2] or 0) if "offset" in text else 0

    def create(self, topic):
        run(ROOT / "tests/servers/kafka_topic.py", self.brokers, topic)

    def fill(self, topic, file):
        self.create(topic)
        run("kcat", "-b", self.brokers, "-P", "-t", topic, "-l", file, "-X", "linger.ms=50")


def count_lines(path):
    if not path.exists():
        return 0
    total = 0
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            total += block.count(b"\n")
    return total


def count_rows(path, table):
    if not path.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as base:
            return base.execute(f"select coalesce(max(rowid), 0) from {table}").fetchone()[0]
    except sqlite3.Error:
        return 0
