# SPDX-License-Identifier: Apache-2.0
"""How it ends, and what it refuses to start with: signals, deadlines, exit codes."""

import socket
import json
import signal
import time

from ..errors import expect
from ..processes import until
from ..world import LONG_DRAIN, LONG_DRAIN_SECONDS
from . import case

SAME_WISH_SECONDS = 0.25  # two signals within this time are one wish: StopRules
TRIES_OF_A_SECOND = 3  # what a start leaves to be done may come into the first


@case(kit=False)
def each_signal_that_asks_it_to_stop_stops_it_cleanly(world):
    world.prepare()
    for number in (signal.SIGTERM, signal.SIGINT):
        connector = world.start()
        world.some_arrive(connector, 20)
        code = connector.terminate(number)
        expect(code == 0, lambda: f"exit code {code} after signal {number}: {connector.tail(5)}")


@case()
def what_it_has_read_is_delivered_before_it_ends(world):
    world.prepare()
    world.send(1000)
    connector = world.start(*LONG_DRAIN)
    world.begun(connector)
    world.stop(connector, limit=LONG_DRAIN_SECONDS)
    records = connector.records()
    expect(records["in_flight"] == 0, f"it ended with records in flight: {records}")
    expect(len(world.found()) == records["delivered"],
           f"it says that {records['delivered']} are delivered, {len(world.found())} are there")
    world.start()
    world.arrive()


def _stuck(world, *options):
    """A connector with records in hand that it cannot deliver, because the far end is away."""
    world.prepare()
    if world.is_sink:
        world.need_server()
        world.send(91)
        # It has them in hand, and is in no hurry: a sink that notices at once that the outside is
        # away would not read them.
        connector = world.start("--rate-records", "1", *options)
        _has_in_hand(connector)
        world.fault()
        world.server.stop()
        return connector
    world.send(1)
    connector = world.start(*options, ready=True)
    world.arrive()
    world.fault()
    world.cluster.kill()
    world.sent += _put_blindly(world, 30)
    _has_in_hand(connector)
    return connector


def _has_in_hand(connector):
    until(lambda: connector.count("in_flight") > 0 or not connector.alive(),
          lambda: f"it has read what it cannot deliver: {connector.tail(5)}")


def _put_blindly(world, count):
    before = len(world.sent)
    world.send(count)
    ids = world.sent[before:]
    del world.sent[before:]
    return ids


def _mend(world):
    world.server.start()
    world.cluster.start()
    world.retry_soon()
    world.start()
    world.arrive()


@case()
def a_drain_gives_up_at_its_deadline_and_nothing_is_lost(world):
    connector = _stuck(world, "--drain-timeout", "300ms")
    connector.tell(signal.SIGTERM)
    world.ends(connector, 1)
    expect("unfinished" in connector.text(), "it does not say how many are not finished")
    _mend(world)


@case()
def a_second_signal_ends_it_at_once(world):
    connector = _stuck(world, "--drain-timeout", "1h")
    connector.tell(signal.SIGTERM)
    until(lambda: "told to stop" in connector.text(), "it says that it was told to stop")

    def again():
        connector.signal(signal.SIGINT)
        return not connector.alive()
    until(again, "the end", pause=SAME_WISH_SECONDS)
    world.ends(connector, 128 + signal.SIGINT)
    _mend(world)


@case(shared=True)
def a_signal_before_the_cluster_is_reached_ends_it_cleanly(world):
    connector = world.start("--cluster", "127.0.0.1:1", "--cluster-timeout", "1h")
    until(lambda: "cannot reach the cluster" in connector.text() or not connector.alive(), "it tries")
    world.stop(connector)


@case(shared=True)
def a_cluster_that_is_not_there_ends_it_when_its_time_is_over(world):
    connector = world.start("--cluster", "127.0.0.1:1", "--cluster-timeout", "200ms")
    code = connector.wait()
    expect(code in (1, 3), f"exit code {code}: {connector.tail(4)}")
    expect("127.0.0.1:1" in connector.text(), "it does not say what it tried to reach")


@case(shared=True)
def a_second_instance_of_a_name_is_refused(world):
    world.prepare()
    world.send(20)
    first = world.start(ready=True)
    world.arrive()
    second = world.start()
    world.ends(second, 3)
    expect(world.name() in second.text(), "it does not say which name is taken")
    world.send(50)
    world.arrive()
    expect(first.alive(), "the first has ended")


@case(shared=True)
def a_metrics_port_that_is_taken_is_refused(world):
    world.prepare()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        connector = world.start("--metrics-listen", address)
        world.ends(connector, 3)
    expect(address in connector.text(), "it does not name the address")


@case(shared=True)
def a_state_folder_that_cannot_be_made_is_refused(world):
    world.prepare()
    connector = world.start("--state-dir", "/proc/nowhere")
    world.ends(connector, 3)
    expect("/proc/nowhere" in connector.text(), "it does not name the folder")


@case(shared=True)
def it_uses_no_time_when_there_is_nothing_to_do(world):
    world.need_put()
    world.prepare()
    connector = world.start(ready=True)
    world.drained(connector)
    used = []
    for _ in range(TRIES_OF_A_SECOND):
        used.append(_ticks_a_second(connector.pid))
        if used[-1] <= 25:
            return
    expect(False, f"of 100 ticks, {', '.join(f'{it:.0f}' for it in used)} were used in seconds without work")


def _ticks_a_second(pid):
    start, before = time.monotonic(), _cpu_ticks(pid)
    until(lambda: time.monotonic() - start > 1, "a second")
    used = _cpu_ticks(pid) - before
    return used / (time.monotonic() - start)  # it may have been much more than one


def _cpu_ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@case(shared=True)
def pause_holds_records_back_and_resume_lets_them_go(world):
    world.prepare()
    world.send(30)
    connector = world.start(ready=True)
    world.arrive()
    world.drained(connector)
    code, text = connector.request("POST", "/pause")
    expect(code == 200 and json.loads(text)["paused"], f"pause answers {code}: {text}")
    expect(not connector.is_ready(), "it is paused, and says that it is ready")
    before = connector.count("delivered")
    world.send(30)
    for _ in range(20):
        expect(connector.count("delivered") == before, "it is paused, and delivers")
    expect(len(set(world.found())) == 30, "it is paused, and delivers")
    connector.request("POST", "/resume")
    world.arrive()
