# SPDX-License-Identifier: Apache-2.0
"""Sizes at their limits, memory when an end does not take any more, and rates."""

import signal
import time

from ..errors import expect, need
from ..processes import rss_bytes, until
from . import case

GROWTH_BYTES_MAX = 40 << 20  # beyond what it had when it was idle: batch, fetch, and their copies
PIECE = 32 << 10


@case(kit=False)
def a_large_record_arrives(world):
    world.prepare()
    size = min(900_000, world.outside.bulk_bytes // 8, world.outside.record_limit or 900_000) - 4096
    need(size > 0, "its limit is too low for it")
    texts = world.send_texts(["a", "y" * size, "b"])
    world.start()
    world.arrive()
    got = world.found_texts()
    wrong = [it for it in texts if got.get(it) != texts[it]]
    expect(not wrong, f"not as they were sent: {wrong}")


@case()
def records_at_the_size_of_a_batch_arrive(world):
    """Of limit - 1, limit and limit + 1 bytes: a larger record goes alone."""
    world.prepare()
    limit = 2000 if world.is_sink else 1 << 16
    option = "--batch-bytes" if world.is_sink else "--buffer-bytes"
    sizes = [limit - 1, limit, limit + 1] * 2
    if world.is_sink:
        ids = world.ids(len(sizes))
        world.produce([world.outside.record_of_size(*it) for it in zip(ids, sizes)])
        world.sent += ids
    else:
        world.send_texts(["z" * (it - 40) for it in sizes] + ["z" * it for it in sizes])
    world.start(option, limit)
    world.arrive()


def _sized(world, sizes):
    ids = world.ids(len(sizes))
    if world.is_sink:
        world.produce([world.outside.record_of_size(*it) for it in zip(ids, sizes)])
    else:
        world.outside.put_sized(dict(zip(ids, sizes)))
    world.sent += ids
    return ids


def _limit(world):
    limit = world.outside.record_limit
    need(limit, "its acceptance.py names no limit of a record")
    world.prepare()
    return limit, list(world.outside.limit_options)


@case()
def records_at_the_limit_arrive_and_one_over_it_stops_it(world):
    limit, options = _limit(world)
    _sized(world, [limit - 1, limit])
    over = _sized(world, [limit + 1])
    world.aside = set(over)
    connector = world.start(*options)
    world.ends(connector, 1)
    world.arrive()
    expect("too_large" in connector.text() or "too large" in connector.text() or "larger" in connector.text(),
           lambda: f"it does not say that a record is too large: {connector.tail(5)}")
    world.may_repeat = not world.is_sink


@case()
def records_over_the_limit_are_skipped_and_counted(world):
    need(world.program.has_option("on-too-large"), "this kit has no error policies")
    limit, options = _limit(world)
    _sized(world, [limit - 1, limit])
    world.aside = set(_sized(world, [limit + 1]))
    world.send(20)
    connector = world.start(*options, "--on-too-large=skip")
    world.arrive()
    world.drained(connector)
    world.stop(connector)
    expect(connector.records()["filtered"] == 1, f"one is too large: {connector.records()}")
    there = set(world.found()) & world.aside
    expect(not there, f"over the limit, and delivered: {there}")


def _memory_stays(world, connector, before, freeze, thaw):
    """While one end is frozen and everything is put in at the other, memory stays within bounds."""
    world.fault()
    freeze()
    try:
        count = world.outside.bulk_bytes // PIECE
        texts = ["m" * PIECE] * (count // 4)
        for _ in range(4):
            yield texts
            grown = rss_bytes(connector.pid) - before
            expect(grown < GROWTH_BYTES_MAX, f"{grown >> 20} MiB more than when it was idle")
        grown = rss_bytes(connector.pid) - before
        expect(grown < GROWTH_BYTES_MAX, f"{grown >> 20} MiB more than when it was idle")
    finally:
        thaw()


@case("sink", alone=True)
def memory_stays_bounded_while_the_outside_is_frozen(world):
    world.need_server()
    world.retry_soon()
    world.prepare()
    world.send(10)
    connector = world.start("--batch-bytes", "1 MiB", ready=True)
    world.arrive()
    world.drained(connector)
    before = rss_bytes(connector.pid)
    for texts in _memory_stays(world, connector, before, world.server.freeze, world.server.thaw):
        world.send_texts(texts)
        until(lambda: connector.count("read") > 10 or not connector.alive(), "it reads on")
    world.arrive(limit=120)


@case("source", alone=True, shared=True)
def memory_stays_bounded_while_the_cluster_is_frozen(world):
    world.prepare()
    world.send(10)
    connector = world.start("--buffer-bytes", "1 MiB", ready=True)
    world.arrive()
    world.drained(connector)
    before = rss_bytes(connector.pid)
    for texts in _memory_stays(world, connector, before, world.cluster.freeze, world.cluster.thaw):
        world.send_texts(texts)
        until(lambda: connector.count("read") > 10 or not connector.alive(), "it reads on")
    world.arrive(limit=120)


@case(shared=True)
def no_more_records_pass_than_the_rate_allows(world):
    need(world.program.has_option("rate-records"), "this kit has no rate limits")
    rate = 40
    world.prepare()
    world.send(300)
    start = time.monotonic()
    connector = world.start(f"--rate-records={rate}")
    for looked_for in (1, rate + 10, rate + 30):
        until(lambda: connector.count("delivered") >= looked_for or not connector.alive(), "it delivers")
        count = len(world.found())
        # The clock was started before, and is read after: what passed was in less time than this.
        allowed = rate * (time.monotonic() - start) + rate
        expect(count <= allowed, f"{count} records, and {allowed:.0f} are allowed")
    connector.tell(signal.SIGTERM)
    connector.wait()
    world.start()
    world.arrive()


@case("sink")
def a_slow_outside_is_waited_for(world):
    proxy = world.proxy()
    world.prepare()
    proxy.toxic("bandwidth", "upstream", rate=200)
    world.send_texts(["s" * 1000] * 300)
    connector = world.start("--batch-count", "20", "--drain-timeout", "1m")
    world.begun(connector)
    world.stop(connector, limit=60)  # it drains what it has read, however slow
    world.start()
    world.arrive()
