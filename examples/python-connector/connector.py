# SPDX-License-Identifier: Apache-2.0
"""What every connector in Python needs: options, metadata, the client, and how it ends.

A connector says its options once, as a list of `Option`, and calls `main(options, run)`. The
list is the command line, its checks, `--help` and the JSON schema that `metadata` prints; name,
version, description and direction are in connector.toml beside this file. Exit codes: 0 ended or
told to stop, 1 the work failed, 2 wrong options, 3 something of the machine is missing.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BATCH_RECORDS = 1000
BATCH_SECONDS = 0.1  # longest wait for a batch to fill
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


class Failure(Exception):
    """Ends the connector with a message and an exit code."""

    def __init__(self, text, code=1):
        super().__init__(text)
        self.code = code


# --- options ------------------------------------------------------------------------------------


def text(value):
    if not value:
        raise argparse.ArgumentTypeError("is empty")
    return value


def integer(value):
    if not re.fullmatch(r"-?[0-9]+", value):
        raise argparse.ArgumentTypeError(f"`{value}` is not a whole number")
    return int(value)


def boolean(value):
    if value not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"`{value}` is neither true nor false")
    return value == "true"


def duration(value):
    """Seconds of `500ms`, `2s`, `1m`, `1h`."""
    found = re.fullmatch(r"([0-9]+)(ms|s|m|h)", value)
    if not found:
        raise argparse.ArgumentTypeError(f"`{value}` is not a duration like 500ms, 2s, 1m or 1h")
    return int(found[1]) * SECONDS[found[2]]


SCHEMAS = {
    text: {"type": "string", "minLength": 1},
    integer: {"type": "integer"},
    boolean: {"type": "boolean"},
    duration: {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$"},
}


@dataclass(frozen=True)
class Option:
    """One option: `max-rows` is `--max-rows`, and `max_rows` in YAML, the schema and the program."""

    name: str
    help: str
    type: object = text
    default: object = None  # as it is written on the command line
    required: bool = False
    minimum: int | None = None  # of an integer

    @property
    def key(self):
        return self.name.replace("-", "_")

    def parse(self, value):
        parsed = self.type(value)
        if self.minimum is not None and parsed < self.minimum:
            raise argparse.ArgumentTypeError(f"`{value}` is less than {self.minimum}")
        return parsed

    def add_to(self, parser):
        settings = {"help": self.help, "type": self.parse, "required": self.required}
        if self.default is not None:
            settings["default"] = self.parse(self.default)
            settings["help"] += f" Default: {self.default}."
        if self.type is boolean:
            settings |= {"nargs": "?", "const": True, "metavar": "true|false"}
        else:
            settings["metavar"] = self.type.__name__.upper()
        parser.add_argument(f"--{self.name}", **settings)

    def schema(self):
        out = {"description": self.help, **SCHEMAS[self.type]}
        if self.minimum is not None:
            out["minimum"] = self.minimum
        if self.default is not None:
            plain = self.type in (integer, boolean)
            out["default"] = self.type(self.default) if plain else self.default
        elif not self.required:
            out["type"] = [out["type"], "null"]
        return out


def connector_toml():
    return tomllib.loads((FOLDER / "connector.toml").read_text(encoding="utf-8"))


def metadata(options):
    toml = connector_toml()
    package = toml["package"]
    ordered = sorted(options, key=lambda option: option.key)
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "".join(word.title() for word in package["name"].split("-")) + "Opts",
        "type": "object",
    }
    if required := [option.key for option in ordered if option.required]:
        schema["required"] = required
    schema["properties"] = {option.key: option.schema() for option in ordered}
    schema["additionalProperties"] = False
    return {
        "name": package["name"],
        "direction": "Source" if toml["direction"].get("source") else "Sink",
        "schema": schema,
        "version": package["version"],
        "description": package["description"],
    }


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"error: {message}\nhint: `{self.prog} --help` lists the options", file=sys.stderr)
        raise SystemExit(2)


def parse(options, words):
    package = connector_toml()["package"]
    parser = Parser(package["name"], description=package["description"], allow_abbrev=False)
    topic = parser.add_argument("--fluvio-topic", required=True, type=text, metavar="TOPIC")
    topic.help = "Topic of the Fluvio cluster; made when it is missing."
    for option in options:
        option.add_to(parser)
    # One leading `--` is what launchers of containers put in front.
    return parser.parse_args(words[1:] if words[:1] == ["--"] else words)


# --- the cluster --------------------------------------------------------------------------------


def client():
    """The official client, from the environment that `make build` made when there is none here."""
    try:
        import fluvio
    except ImportError:
        python = FOLDER / ".venv/bin/python"
        if not python.exists() or Path(sys.prefix) == python.parent.parent.resolve():
            raise Failure("the Python package `fluvio` is missing: run `make build`", 3) from None
        os.execv(python, [str(python), *sys.argv])
    return fluvio


def ensure_topic(name):
    """Makes the topic unless it is there; the profile says which cluster."""
    fluvio = client()
    admin = fluvio.FluvioAdmin.connect()
    if all(topic.name() != name for topic in admin.all_topics()):
        admin.create_topic(name, fluvio.TopicSpec.create().with_partitions(1).build())


def partitions_of(topic):
    names = [it.name() for it in client().FluvioAdmin.connect().list_partitions([])]
    return sorted(int(it[len(topic) + 1 :]) for it in names if it.rpartition("-")[0] == topic)


def consume(topic, starts, write):
    """Calls `write` with batches of (partition, record), until it raises.

    `starts` has the offset to begin with in each partition; the others begin at their beginning.
    """
    ensure_topic(topic)
    asyncio.run(_consume(topic, starts, write))


async def _consume(topic, starts, write):
    queue = asyncio.Queue(BATCH_RECORDS)  # when it is full, the readers wait
    tasks = [asyncio.create_task(_write(queue, write))]
    for partition in partitions_of(topic):
        start = starts.get(partition)
        tasks.append(asyncio.create_task(_read(topic, partition, start, queue)))
    # None of them ends but by a failure.
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    done.pop().result()


async def _read(topic, partition, start, queue):
    fluvio = client()
    begin = fluvio.Offset.beginning() if start is None else fluvio.Offset.absolute(start)
    consumer = fluvio.Fluvio.connect().partition_consumer(topic, partition)
    async for record in await consumer.async_stream(begin):
        await queue.put((partition, record))
    raise Failure(f"the stream of partition {partition} ended")


async def _write(queue, write):
    while True:
        batch = [await queue.get()]
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                while len(batch) < BATCH_RECORDS:
                    batch.append(await queue.get())
        except TimeoutError:
            pass
        write(batch)


# --- files --------------------------------------------------------------------------------------


def replace_file(path, content):
    """The file has the old content or the new one, and after this call durably the new one."""
    fresh = Path(f"{path}.new")
    with open(fresh, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


# --- main ---------------------------------------------------------------------------------------


def stop(*_):
    raise SystemExit(0)


def reported(options, run):
    if sys.argv[1:2] == ["metadata"]:
        print(json.dumps(metadata(options), separators=(",", ":"), ensure_ascii=False))
        return 0
    try:
        # A connector that loses nothing when it is killed may be stopped at any place.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        run(parse(options, sys.argv[1:]))
    except SystemExit as end:
        return end.code
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return failure.code
    except Exception as error:  # of the client, or of the outside: its own type, and others
        print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def main(options, run):
    code = reported(options, run)
    sys.stdout.flush()
    # The client's threads would keep the process alive.
    os._exit(code or 0)
