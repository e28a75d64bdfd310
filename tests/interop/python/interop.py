#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The official Python client as a program that a script can drive.

The commands and the lines they print are those of ../rust (see its `--help`), except what this
client cannot do: it has no call to register an SPU, its topics and partitions have only a name,
and its records do not tell their partition, so `consume` prints no `partition.` and `key.` lines.
Exit codes: 0 done, 1 the client reported an error, 2 usage, 3 the time limit passed first.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
import time

import fluvio

PATTERN = b"abcdefghijklmnopqrstuvwxyz"
LISTED_MAX = 20
SEND_COUNT = 1000


# --- content: what record i holds (the same bytes as ../rust/src/content.rs) -------------------


class Content:
    """Values of one size. The filler is made once: only the number in front differs."""

    def __init__(self, size):
        self.size = size
        self.filler = PATTERN * (size // len(PATTERN) + 1)

    def value(self, index):
        prefix = b"%d:" % index
        return prefix + self.filler[len(prefix) : self.size]


def key(index, key_mod):
    return b"key-%d" % (index % key_mod) if key_mod else b""


class Tally:
    """Counts what was read; `missing` means: between the smallest and the largest index seen."""

    def __init__(self):
        self.records = 0
        self.bytes = 0
        self.damaged = 0
        self.seen = {}
        self.contents = {}

    def add(self, value):
        self.records += 1
        self.bytes += len(value)
        number, colon, _ = value.partition(b":")
        content = self.contents.setdefault(len(value), Content(len(value)))
        if not (colon and number.isdigit() and content.value(int(number)) == value):
            self.damaged += 1
            return
        index = int(number)
        self.seen[index] = self.seen.get(index, 0) + 1

    def print(self):
        first, last = min(self.seen, default=None), max(self.seen, default=None)
        indices = range(first, last + 1) if self.seen else ()
        print(f"records={self.records}")
        print(f"bytes={self.bytes}")
        print(f"distinct={len(self.seen)}")
        print(f"first={'none' if first is None else first}")
        print(f"last={'none' if last is None else last}")
        print_faults("missing", [i for i in indices if i not in self.seen])
        print_faults("duplicate", [i for i in indices if self.seen.get(i, 0) > 1])
        print(f"damaged={self.damaged}", flush=True)


def print_faults(name, indices):
    if not indices:
        print(f"{name}=none")
        return
    listed = ",".join(str(index) for index in indices[:LISTED_MAX])
    more = ",..." if len(indices) > LISTED_MAX else ""
    print(f"{name}={listed}{more} ({len(indices)} in all)")


# --- connection ---------------------------------------------------------------------------------


def connect(options):
    return fluvio.Fluvio.connect_with_config(config(options))


def connect_admin(options):
    return fluvio.FluvioAdmin.connect_with_config(config(options))


def config(options):
    if options.endpoint:
        return fluvio.FluvioConfig.new(options.endpoint)
    if options.profile:
        # The client takes the path of a profile from the environment only.
        os.environ["FLV_PROFILE_PATH"] = options.profile
    return fluvio.FluvioConfig.load()


CODECS = {"none": "None_", "gzip": "Gzip", "snappy": "Snappy", "lz4": "Lz4", "zstd": "Zstd"}


def compression(codec):
    return getattr(fluvio.Compression, CODECS[codec])


# --- admin --------------------------------------------------------------------------------------


def do_connect(options):
    connect(options)
    print("connected=yes")


def topic_create(options):
    spec = fluvio.TopicSpec.create().with_partitions(options.partitions).with_ignore_rack(False)
    spec = spec.build()
    if options.compression:
        # Not `with_compression`, which hands its text to a call that wants the native type.
        spec.set_compression_type(compression(options.compression))
    connect_admin(options).create_topic(options.topic, spec)
    print(f"created={options.topic}")


def topic_list(options):
    for topic in connect_admin(options).all_topics():
        print(f"topic={topic.name()}")


def topic_delete(options):
    connect_admin(options).delete_topic(options.topic)
    print(f"deleted={options.topic}")


def partition_list(options):
    for partition in connect_admin(options).list_partitions([]):
        print(f"partition={partition.name()}")


# --- produce ------------------------------------------------------------------------------------


def open_producer(options):
    builder = fluvio.TopicProducerConfigBuilder()
    if options.codec:
        builder.compression(compression(options.codec))
    if hasattr(options, "batch_size"):
        builder.batch_size(options.batch_size)
        builder.linger(options.linger)
    return connect(options).topic_producer_with_config(options.topic, builder.build())


def send(producer, options, first, count):
    """Sends `count` records in calls of SEND_COUNT; yields (key, output) of each."""
    content = Content(options.size)
    key_mod = getattr(options, "key_mod", None)
    for start in range(first, first + count, SEND_COUNT):
        indices = range(start, min(start + SEND_COUNT, first + count))
        keys = [key(index, key_mod) for index in indices]
        values = [content.value(index) for index in indices]
        yield from zip(keys, producer.send_all(list(zip(keys, values))))


def produce(options):
    producer = open_producer(options)
    sent = list(send(producer, options, options.first, options.count))
    producer.flush()
    acknowledged = 0
    partitions = {}
    for record_key, output in sent:
        metadata = output.wait()
        acknowledged += 1
        if record_key:
            partitions.setdefault(record_key.decode(), set()).add(metadata.partition_id())
    print(f"records={acknowledged}")
    for name in sorted(partitions):
        print(f"key.{name}={','.join(str(it) for it in sorted(partitions[name]))}")


def records(options):
    content = Content(options.size)
    for index in range(options.first, options.first + options.count):
        sys.stdout.buffer.write(content.value(index) + b"\n")


# --- consume ------------------------------------------------------------------------------------


def parse_start(text):
    name, _, number = text.partition(":")
    offset = fluvio.Offset
    plain = {"beginning": offset.beginning, "end": offset.end}
    counted = {
        "absolute": offset.absolute,
        "from-beginning": offset.from_beginning,
        "from-end": offset.from_end,
    }
    if number:
        return counted[name](int(number))
    return plain[name]()


def consumer_builder(options):
    builder = fluvio.ConsumerConfigExtBuilder(options.topic)
    builder.offset_start(parse_start(options.start))
    if options.partition is not None:
        builder.partition(options.partition)
    return builder


class TimeLimit(Exception):
    pass


def values(options, config, after=lambda stream: None):
    """Yields the values of `count` records, then lets `after` use the stream.

    A child does the reading, because the client's `next` keeps Python's lock while it waits: in
    the same process neither a thread nor a signal handler would run to end it at the time limit.
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        os._exit(reported(write_values, options, config, write_end, after))
    os.close(write_end)
    timer = threading.Timer(options.timeout, os.kill, (child, signal.SIGKILL))
    timer.start()
    with os.fdopen(read_end, "rb") as lines:
        for line in lines:
            yield line[:-1]
    timer.cancel()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise TimeLimit("the time limit passed while waiting for records")
    if status != 0:
        raise SystemExit(1)  # the child has said why


def write_values(options, config, write_end, after):
    stream = connect(options).consumer_with_config(config)
    if getattr(options, "announce", False):
        print(f"open={options.topic}", flush=True)
    # Unbuffered: what was read must not be lost when the time limit ends this process.
    with os.fdopen(write_end, "wb", buffering=0) as lines:
        for _ in range(options.count):
            lines.write(next(stream).value_string().encode() + b"\n")
    after(stream)
    sys.stdout.flush()


def tallied(found, tally):
    try:
        for value in found:
            tally.add(value)
    finally:
        # The account is worth most when the read failed.
        tally.print()


def consume(options):
    found = values(options, consumer_builder(options).build())
    if options.print == "sum":
        tallied(found, Tally())
        return
    for value in found:
        sys.stdout.buffer.write(value + b"\n")
    sys.stdout.buffer.flush()


# --- SmartModules -------------------------------------------------------------------------------


def smartmodule_create(options):
    connect_admin(options).create_smartmodule(options.name, options.path, False)
    print(f"created={options.name}")


def smartmodule_delete(options):
    connect_admin(options).delete_smartmodule(options.name)
    print(f"deleted={options.name}")


def add_module(config, text):
    """The same notation as ../rust; this client has no lookback."""
    module, *words = text.split(",")
    where, _, what = module.partition(":")
    params = dict(word.split("=", 1) for word in words)
    accumulator = params.pop("accumulator", None)
    config.smartmodule(
        **{{"name": "name", "file": "path"}[where]: what},
        params=params,
        kind=fluvio.SmartModuleKind.Aggregate if accumulator else None,
        aggregate=accumulator.encode() if accumulator else None,
    )


def process(options):
    signal.alarm(int(options.timeout))
    config = fluvio.ConsumerConfig()
    for module in options.module:
        add_module(config, module)
    if options.count is None:
        config.disable_continuous()
    consumer = connect(options).partition_consumer(options.topic, 0)
    records, timed = 0, 0
    for record in consumer.stream_with_config(parse_start(options.start), config):
        key = record.key_string() or "-"
        print(f"{record.offset()} {key} {record.value_string()}", flush=True)
        records += 1
        timed += record.timestamp() > 0
        if records == options.count:
            break
    print(f"records={records}")
    print(f"timed={timed}")


# --- consumer offsets ---------------------------------------------------------------------------


def offsets_consume(options):
    builder = consumer_builder(options)
    builder.offset_consumer(options.consumer)
    builder.offset_strategy(fluvio.OffsetManagementStrategy.MANUAL)

    def commit(stream):
        if not options.no_commit:
            stream.offset_commit()
            stream.offset_flush()
            print(f"committed={options.consumer}")

    tallied(values(options, builder.build(), commit), Tally())


def offsets_list(options):
    for it in connect(options).consumer_offsets():
        if options.consumer in (None, it.consumer_id):
            print(
                f"consumer={it.consumer_id} topic={it.topic}"
                f" partition={it.partition} offset={it.offset}"
            )


def offsets_delete(options):
    connect(options).delete_consumer_offset(options.consumer, options.topic, options.partition)
    print(f"deleted={options.consumer}")


# --- benchmarks ---------------------------------------------------------------------------------


def print_rate(count, size, seconds):
    print(f"records={count}")
    print(f"seconds={seconds:.3f}")
    print(f"records_per_second={count / seconds:.0f}")
    print(f"megabytes_per_second={count * size / seconds / 1e6:.1f}")


def bench_produce(options):
    producer = open_producer(options)
    started = time.monotonic()
    last = None
    for _, last in send(producer, options, 0, options.count):
        pass
    producer.flush()
    last.wait()
    print_rate(options.count, options.size, time.monotonic() - started)


def bench_consume(options):
    signal.alarm(int(options.timeout))
    started = time.monotonic()
    stream = connect(options).consumer_with_config(consumer_builder(options).build())
    size_total = 0
    for _ in range(options.count):
        size_total += len(next(stream).value_string())
    print_rate(options.count, size_total // options.count, time.monotonic() - started)


async def collect(outputs, latencies):
    while (entry := await outputs.get()) is not None:
        due, output = entry
        await output.async_wait()
        latencies.append(time.monotonic() - due)


async def measure_latency(options):
    # The clock of a record starts when it was due: a producer that falls behind must not look fast.
    producer = open_producer(options)
    content = Content(options.size)
    outputs, latencies = asyncio.Queue(), []
    collector = asyncio.create_task(collect(outputs, latencies))
    started = time.monotonic()
    count = options.rate * options.seconds
    for index in range(count):
        due = started + index / options.rate
        if due > time.monotonic() + 0.001:
            await asyncio.sleep(due - time.monotonic())
        outputs.put_nowait((due, await producer.async_send(b"", content.value(index))))
    outputs.put_nowait(None)
    await producer.async_flush()
    await collector
    print_rate(count, options.size, time.monotonic() - started)
    latencies.sort()
    for name, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1.0)):
        print(f"latency_us_{name}={latencies[int((count - 1) * share)] * 1e6:.0f}")


def bench_latency(options):
    asyncio.run(measure_latency(options))


# --- command line -------------------------------------------------------------------------------


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile")
    parser.add_argument("--endpoint")
    commands = parser.add_subparsers(required=True)

    def command(name, run, *arguments):
        sub = commands.add_parser(name)
        sub.set_defaults(run=run)
        for words, settings in arguments:
            sub.add_argument(*words, **settings)

    def option(*words, **settings):
        return words, settings

    topic = option("topic")
    size = option("--size", type=int, default=32)
    some_records = [option("--count", type=int, required=True), size]
    some_records += [option("--first", type=int, default=0)]
    codec = option("--codec", choices=CODECS)
    consumer = option("--consumer", required=True)
    selection = [
        topic,
        option("--start", default="beginning"),
        option("--count", type=int, required=True),
        option("--partition", type=int),
        option("--all", action="store_true"),
        option("--timeout", type=float, default=60),
    ]
    batching = [
        option("--batch-size", type=int, default=16384),
        option("--linger", type=int, default=0),
        codec,
    ]
    bench_size = option("--size", type=int, default=1024)

    command("connect", do_connect)
    command("smartmodule-create", smartmodule_create, option("name"), option("path"))
    command("smartmodule-delete", smartmodule_delete, option("name"))
    command(
        "process",
        process,
        topic,
        option("--module", action="append", default=[]),
        option("--start", default="beginning"),
        option("--count", type=int),
        option("--timeout", type=float, default=60),
    )
    command(
        "topic-create",
        topic_create,
        topic,
        option("--partitions", type=int, default=1),
        option("--compression", choices=CODECS),
    )
    command("topic-list", topic_list)
    command("topic-delete", topic_delete, topic)
    command("partition-list", partition_list)
    command("produce", produce, topic, *some_records, codec, option("--key-mod", type=int))
    command("records", records, *some_records)
    command(
        "consume",
        consume,
        *selection,
        option("--print", choices=["sum", "lines"], default="sum"),
        option("--announce", action="store_true"),
    )
    command(
        "offsets-consume",
        offsets_consume,
        *selection,
        consumer,
        option("--no-commit", action="store_true"),
    )
    command("offsets-list", offsets_list, option("--consumer"))
    partition = option("--partition", type=int, default=0)
    command("offsets-delete", offsets_delete, topic, consumer, partition)
    count = option("--count", type=int, default=200_000)
    command("bench-produce", bench_produce, topic, count, bench_size, *batching)
    command("bench-consume", bench_consume, *selection)
    command(
        "bench-latency",
        bench_latency,
        topic,
        option("--rate", type=int, default=30_000),
        option("--size", type=int, default=5120),
        option("--seconds", type=int, default=10),
        *batching,
    )
    return parser.parse_args()


def reported(function, *arguments):
    """Calls the function and turns how it ended into an exit code."""
    try:
        function(*arguments)
    except TimeLimit as error:
        print(f"interop.py: {error}", file=sys.stderr)
        return 3
    except Exception as error:  # the client's own type, and whatever else it raises
        print(f"interop.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    parsed = parse_options()
    code = reported(parsed.run, parsed)
    sys.stdout.flush()
    # The client's threads would keep the process alive.
    os._exit(code)
