# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the connector, at each moment of its life."""

import signal

from ..errors import need
from ..processes import until
from . import case


def _then_goes_on(world):
    world.send(50)
    world.start()
    world.arrive()


@case(kit=False)
def killed_at_its_start_it_loses_nothing(world):
    world.prepare()
    world.send(150)
    for moment in ("starting", "connected to the cluster", "connected to the outside"):
        connector = world.start()
        if world.is_kit:
            until(lambda: moment in connector.text() or not connector.alive(), f"the log has `{moment}`",
                  pause=0.001)
        world.kill(connector)
    _then_goes_on(world)


@case(kit=False)
def killed_in_the_middle_of_the_load_it_loses_nothing(world):
    world.prepare()
    if world.is_sink and world.is_kit:
        # Offsets are stored in the middle, too.
        world.more += ["--batch-count", "50", "--consumer-offset-flush-period", "1ms"]
    for turn in range(5):
        world.send(400)
        connector = world.start()
        world.begun(connector, 1 + 60 * turn)
        world.kill(connector)
    _then_goes_on(world)


@case("source")
def killed_after_its_place_was_stored_in_the_load_it_loses_nothing(world):
    need(world.outside.position == "kit", f"its place is kept by: {world.outside.position}")
    world.prepare()
    for _ in range(3):
        connector = world.start("--producer-batch-size", "1", ready=True)
        before = connector.metric("checkpoints_total")
        world.send(2000)
        until(lambda: connector.metric("checkpoints_total") > before or not connector.alive(),
              "it has stored its place", pause=0.002)
        world.kill(connector)
    _then_goes_on(world)


@case(kit=False)
def killed_while_it_is_idle_it_loses_nothing(world):
    world.prepare()
    world.send(100)
    connector = world.start()
    world.arrive()
    world.drained(connector)
    world.kill(connector)
    _then_goes_on(world)


@case(kit=False)
def killed_while_it_drains_it_loses_nothing(world):
    world.prepare()
    for _ in range(3):
        world.send(400)
        connector = world.start()
        world.begun(connector)
        connector.tell(signal.SIGTERM)
        world.kill(connector)
    _then_goes_on(world)


@case("sink")
def killed_before_an_offset_is_stored_it_loses_nothing(world):
    world.prepare()
    for _ in range(2):
        world.send(200)
        connector = world.start("--consumer-offset-flush-period", "1h")
        world.arrive()
        world.kill(connector)
    _then_goes_on(world)


@case("source")
def killed_with_its_place_in_a_file_it_loses_nothing(world):
    world.prepare()
    world.more += ["--state-dir", world.folder / "state"]
    for _ in range(3):
        world.send(300)
        connector = world.start()
        world.begun(connector)
        world.kill(connector)
    _then_goes_on(world)


@case()
def killed_with_one_record_a_batch_it_loses_nothing(world):
    world.prepare()
    one = ["--batch-count", "1"] if world.is_sink else ["--producer-batch-size", "1"]
    for _ in range(3):
        world.send(60)
        connector = world.start(*one)
        world.begun(connector, 7)
        world.kill(connector)
    _then_goes_on(world)
