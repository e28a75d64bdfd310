# SPDX-License-Identifier: Apache-2.0
"""The graphite sink in the acceptance suite: the number of an id is a point of one series, at a
second of its own."""

import json
import pickle
import socket
import struct
import time
from pathlib import Path

from sluice_acceptance import CANARY, Record, SinkOutside

BACK_SECONDS = 80_000  # of the day that carbon keeps


FORGETS = "carbon loses what it has in its cache when it ends, and never answers"


class Outside(SinkOutside):
    server = "carbon"
    guarantee = "at least once"
    takes = "json"
    secret_options = ("--tls", "--cert-file=none", "--key-file=none", f"--key-password={CANARY}")
    wrong_options = (["--addr=host:port"], ["--metric-path=a b"], ["--tag=a b=1"])
    poison = {"malformed": Record('{"id": "poison", "n": "none", "at": 1}')}
    skips = {
        "*outside_is_killed*": FORGETS,
        "*outside_is_restarted_in_the_middle*": FORGETS,
        "*outside_is_restarted_while_it_drains*": FORGETS,
        "a_drain_gives_up_at_its_deadline*": FORGETS,
        "a_second_signal_ends_it*": FORGETS,
        "*_the_outside_are_cut_*": "a proxy that takes bytes, drops them and closes in order looks like a carbon that has read them",
    }
    known_limits = (
        "Carbon never answers: a batch counts when carbon has read it. What it had not written when it was killed, or dropped, is lost.",
        "A point that is sent again overwrites itself, so duplicates are not seen.",
    )

    def options(self):
        return ["--addr", f"127.0.0.1:{self.env['CARBON_PORT']}", "--metric-path", self.place,
                "--value-field", "n", "--time-field", "at"]

    def prepare(self):
        self.begin = int(time.time()) - BACK_SECONDS

    def record(self, id, text=""):
        number = int(id[1:])
        value = {"id": id, "n": number, "at": self.begin + number, "text": text}
        return Record(json.dumps(value, ensure_ascii=False), id)

    def read_back(self):
        self.wait_for_files()
        file = Path(self.env["CARBON_FILES"]) / f"{self.place}.wsp"
        if not file.exists():
            return []
        lines = self.run("whisper-fetch", "--from", self.begin, file).splitlines()
        values = [line.split()[1] for line in lines]
        return [f"r{int(float(value)):07}" for value in values if value != "None"]

    def wait_for_files(self):
        """What carbon has in memory comes into its files within a second or so, unless it is gone."""
        until = time.monotonic() + 5
        while time.monotonic() < until and self.in_memory():
            time.sleep(0.05)

    def in_memory(self):
        question = pickle.dumps({"type": "cache-query", "metric": self.place}, protocol=2)
        try:
            with socket.create_connection(("127.0.0.1", int(self.env["CARBON_QUERY_PORT"])), 2) as connection:
                connection.sendall(struct.pack("!L", len(question)) + question)
                answer = connection.makefile("rb")
                size, = struct.unpack("!L", answer.read(4))
                return pickle.loads(answer.read(size))["datapoints"]
        except (OSError, struct.error):
            return []
