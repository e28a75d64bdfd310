# SPDX-License-Identifier: Apache-2.0
"""The network between the connector and both of its ends: late, narrow, cut, cut in the middle."""

from ..processes import until
from ..world import LONG_DRAIN, LONG_DRAIN_SECONDS
from . import case

CUT_BYTES = (1, 30, 700, 9000)  # in the middle of a greeting, a header, a body


def _outside(world):
    world.need_server()
    world.retry_soon()
    world.prepare()
    return world.proxy()


@case()
def connections_to_the_outside_are_cut_in_the_load(world):
    proxy = _outside(world)
    connector = world.start(ready=True)
    for _ in range(3):
        before = connector.count("delivered")
        world.send(300)
        world.begun(connector, before + 1)
        world.fault()
        proxy.cut()
        proxy.restore()
    world.arrive(limit=world.outside.connect_seconds)


def _cut_after_bytes(world, stream):
    proxy = _outside(world)
    world.send(200)
    connector = world.start()
    for count in CUT_BYTES:
        world.fault()
        proxy.cut()
        proxy.toxic("limit_data", stream, bytes=count)
        proxy.restore()
        world.send(50)
        retries = connector.status().get("retries", 0)
        # It has tried, and was cut, or had no reason to speak.
        until(lambda: connector.status().get("retries", 0) > retries or connector.count("in_flight") == 0
              or not connector.alive(), "it tries again")
        proxy.clear()
    world.arrive(limit=world.outside.connect_seconds)


@case()
def answers_of_the_outside_are_cut_in_the_middle(world):
    _cut_after_bytes(world, "downstream")


@case()
def requests_to_the_outside_are_cut_in_the_middle(world):
    _cut_after_bytes(world, "upstream")


@case()
def the_outside_resets_connections_in_the_load(world):
    proxy = _outside(world)
    connector = world.start(ready=True)
    for _ in range(2):
        before = connector.count("delivered")
        world.send(300)
        world.begun(connector, before + 1)
        world.fault()
        proxy.toxic("reset_peer", "downstream", timeout=0)
        proxy.cut()
        proxy.restore()
        world.send(20)
        proxy.clear()
    world.arrive(limit=world.outside.connect_seconds)


@case()
def a_late_outside_only_slows_it_down(world):
    proxy = _outside(world)
    for stream in ("downstream", "upstream"):
        proxy.toxic("latency", stream, latency=40, jitter=20)
    world.send(200)
    connector = world.start()
    world.arrive()
    world.drained(connector)
    world.stop(connector)  # it drains, late as everything is


@case()
def a_narrow_way_to_the_outside_only_slows_it_down(world):
    proxy = _outside(world)
    for stream in ("downstream", "upstream"):
        proxy.toxic("bandwidth", stream, rate=64)
        proxy.toxic("slicer", stream, average_size=97, size_variation=50, delay=50)
    world.send(200)
    world.start()
    world.arrive()


# --- the cluster's side ---


@case(shared=True)
def connections_to_the_cluster_are_cut_in_the_load(world):
    proxy = world.proxied_cluster().proxy
    world.prepare()
    connector = world.start(ready=True)
    for _ in range(3):
        before = connector.count("delivered")
        world.send(300)
        world.begun(connector, before + 1)
        world.fault()
        proxy.cut()
        proxy.restore()
    world.arrive()


def _cluster_cut_after_bytes(world, stream):
    proxy = world.proxied_cluster().proxy
    world.prepare()
    connector = world.start(ready=True)
    for count in CUT_BYTES:
        before = connector.count("delivered")
        world.send(200)
        world.fault()
        proxy.toxic("limit_data", stream, bytes=count)
        world.begun(connector, before)
        proxy.cut()
        proxy.clear()
        proxy.restore()
    world.arrive()


@case(shared=True)
def answers_of_the_cluster_are_cut_in_the_middle(world):
    _cluster_cut_after_bytes(world, "downstream")


@case(shared=True)
def requests_to_the_cluster_are_cut_in_the_middle(world):
    _cluster_cut_after_bytes(world, "upstream")


@case(shared=True)
def a_late_and_narrow_way_to_the_cluster_only_slows_it_down(world):
    proxy = world.proxied_cluster().proxy
    world.prepare()
    world.send(200)
    for stream in ("downstream", "upstream"):
        proxy.toxic("latency", stream, latency=20, jitter=10)
        proxy.toxic("bandwidth", stream, rate=256)
    world.start()
    world.arrive()


# --- the cluster's answers, by the server's own fault API ---


@case("source", shared=True)
def answers_of_the_cluster_that_are_lost_lose_no_record(world):
    cluster = world.faulty_cluster()
    world.prepare()
    connector = world.start(ready=True)
    for action in ("close-after", "half-write=3", "half-write=20", "close-before", "delay=50", "error=56",
                   "error=6"):
        before = connector.count("delivered")
        world.fault()
        cluster.fault(action, cluster.PRODUCE, count=2)
        world.send(100)
        world.begun(connector, before + 1)
        cluster.ask("clear")
    world.arrive()


@case("sink", shared=True)
def streams_of_the_cluster_that_break_lose_no_record(world):
    cluster = world.faulty_cluster()
    world.prepare()
    for action in ("close-before", "close-after", "half-write=3", "half-write=60", "delay=50", "error=6"):
        world.fault()
        cluster.fault(action, cluster.STREAM, count=2)
        world.send(100)
        connector = world.start(*LONG_DRAIN)
        world.begun(connector, 1)
        cluster.ask("clear")
        world.stop(connector, limit=LONG_DRAIN_SECONDS)
    world.start()
    world.arrive()


@case("source", shared=True)
def records_that_the_cluster_may_or_may_not_have_are_not_lost(world):
    cluster = world.faulty_cluster()
    world.prepare()
    world.send(100)
    world.fault()
    cluster.fault("error=7", cluster.PRODUCE, skip=1)  # stored, it says, and perhaps not for good
    connector = world.start()
    until(lambda: not connector.alive() or connector.count("delivered") >= 100, "it ends, or goes on")
    if not connector.alive():
        world.ends(connector, 1)
        world.start()
    world.arrive()
