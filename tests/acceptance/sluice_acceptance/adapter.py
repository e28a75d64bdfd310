# SPDX-License-Identifier: Apache-2.0
"""The part that the author of a connector writes: how the suite reaches its outside system.

tests/acceptance.py of a connector has one class `Outside`, of `SinkOutside` or `SourceOutside`. The
suite makes an object of it for each case, with a new `place` and a new `folder`; the server is
shared by cases that follow one another, so everything that is made there is named after `place`.

The suite names records by ids, `r0000001`, in the order in which they were sent. A method that
raises fails the case; one that is not overridden makes cases that need it say `skipped`.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

CANARY = "c4n4ry-s3cr3t"  # a secret that must never be seen
COMMAND_SECONDS = 60


@dataclass(frozen=True)
class Record:
    """A record of a topic. Texts may be given; they become UTF-8."""

    value: bytes
    key: bytes | None = None

    def __post_init__(self):
        for name in ("value", "key"):
            if isinstance(getattr(self, name), str):
                object.__setattr__(self, name, getattr(self, name).encode())


class Outside:
    """Both directions. Attributes are declared by the class, or set by the suite (the last three)."""

    server: str | None = None  # tests/servers/NAME, else the outside is in `folder`
    server_options: tuple = ()  # words for its `start DIR`
    heavy = False  # one server at a time, please: cases do not run side by side
    proxied = True  # options() that are made from env lead through a proxy when env does
    guarantee = "at least once"  # or "effectively once", "at most once"
    ordered = True  # records of one partition stay in order
    known_limits: tuple = ()  # sentences for docs/guarantees.md
    skips: dict = {}  # {"case or glob": "why it cannot be"}; shown on the page, too
    takes = "text"  # what a record may be: "bytes", "text" (without line feeds), "json"
    secret_options: tuple = ()  # options with CANARY; the connector need not work with them
    wrong_options: tuple = ()  # lists of options, each of which is refused with exit code 2
    bulk_bytes = 48 << 20  # what a stall is tried with; smaller for a slow outside
    connect_seconds = 60  # longest time until it is connected again after the outside came back

    env: dict  # DIR/env of the server
    place: str  # a name that is new, lower-case letters and digits, at most 16
    folder: Path  # of the case, empty

    def options(self) -> list[str]:
        """Options of the connector, without those that every connector has."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Makes what must be there before the connector starts: a table, a queue, a session."""

    def config(self) -> dict:
        """The same options as keys of the YAML section; the suite finds out by itself for most."""
        raise NotImplementedError

    def run(self, *command, input: str | bytes | None = None) -> str:
        """Runs a command to its end and returns what it printed; one that fails fails the case."""
        if isinstance(input, str):
            input = input.encode()
        done = subprocess.run(
            [str(word) for word in command], input=input, capture_output=True, timeout=COMMAND_SECONDS,
            env={**os.environ, **self.env})
        if done.returncode != 0:
            text = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise RuntimeError(f"{command[0]} ended with {done.returncode}: {text[-500:]}")
        return done.stdout.decode(errors="surrogateescape")


class SinkOutside(Outside):
    direction = "sink"

    # {error class: a record that the destination does not take}; the class is that of the option:
    # "malformed" or "rejected" (`--on-malformed`, `--on-rejected`).
    poison: dict = {}
    # The destination takes what is behind a record that it refuses in the same request.
    answers_for_each = False
    # The largest record in bytes, as record_of_size counts, with `limit_options`; None: any size.
    record_limit: int | None = None
    limit_options: tuple = ()

    def record_of_size(self, id: str, size: int) -> Record:
        """A record with exactly so many bytes, as the limit counts them: those of the value."""
        empty = len(self.record(id).value)
        return self.record(id, "x" * (size - empty))

    def record(self, id: str, text: str = "") -> Record:
        """The record with this id; `text` must be found again in the outside, if anything is."""
        return Record(json.dumps({"id": id, "text": text}, ensure_ascii=False), id)

    def read_back(self) -> list[str]:
        """Ids of all records that are there, in the order of writing, duplicates included."""
        raise NotImplementedError

    def read_texts(self) -> dict[str, str]:
        """The text of each id that is there."""
        raise NotImplementedError

    def read_records(self) -> list[Record]:
        """Keys and values of all that is there; for one that takes bytes."""
        raise NotImplementedError


class SourceOutside(Outside):
    direction = "source"

    has_outside = True  # False: it makes its records by itself, and nothing can be put
    position = "kit"  # who keeps the place: "kit", "outside", "nobody"
    keeps_history = True  # False: what comes while no connector was ever there is not kept
    # Error classes that put_poison can do: "malformed", "too-large".
    poison: tuple = ()
    # {"beginning": options, "end": options, ...}: where it can begin.
    starts: dict = {}
    # The largest thing that put_sized may put, with `limit_options`; None: any size.
    record_limit: int | None = None
    limit_options: tuple = ()

    def put(self, ids: list[str]) -> None:
        """Puts these into the outside system, and returns when it has them durably."""
        raise NotImplementedError

    def id_of(self, value: str) -> str | None:
        """The id in a topic record's value; None for a record that the connector adds by itself."""
        return json.loads(value)["id"]

    def ids_of(self, values: list[str]) -> list[str]:
        """The ids of these records, in order. Override it when a record can take back others."""
        return [id for it in values if (id := self.id_of(it)) is not None]

    def put_poison(self, error_class: str) -> None:
        """Puts one thing that cannot become a record."""
        raise NotImplementedError

    def put_texts(self, texts: dict[str, str]) -> None:
        """Puts a record for each id, in order, that has this text besides it; durably."""
        raise NotImplementedError

    def put_sized(self, sizes: dict[str, int]) -> None:
        """Puts a thing for each id with exactly so many bytes, as the limit counts them."""
        raise NotImplementedError

    def text_of(self, value: str) -> str:
        """That text, in a topic record's value."""
        return json.loads(value)["text"]
