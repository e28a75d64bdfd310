# SPDX-License-Identifier: Apache-2.0
"""The outside system goes away and comes back, in order and by a crash, at each stage."""

import signal

from ..processes import until
from . import case


def _before_the_start(world, end):
    world.send(100)
    end()
    connector = world.start()
    if world.is_kit:
        world.away(connector)
    world.server.start()
    world.arrive(limit=world.outside.connect_seconds)


def _while_idle(world, end):
    world.send(100)
    connector = world.start(ready=True)
    world.arrive()
    world.drained(connector)
    end()
    world.server.start()
    world.send(100)
    world.arrive(limit=world.outside.connect_seconds)


def _in_the_load(world, end):
    for _ in range(2):
        connector = world.instances[-1] if world.instances else world.start()
        before = connector.count("delivered")
        world.send(400)
        world.begun(connector, before + 1)
        end()
        world.server.start()
        world.revive()
    world.arrive(limit=world.outside.connect_seconds)


def _while_it_drains(world, end):
    world.send(600)
    connector = world.start("--drain-timeout", "2s")
    world.begun(connector)
    connector.tell(signal.SIGTERM)
    end()
    connector.wait()
    world.server.start()
    world.start()
    world.arrive(limit=world.outside.connect_seconds)


def _register():
    stages = {"before_the_start": (_before_the_start, False), "while_it_is_idle": (_while_idle, False),
              "in_the_middle_of_the_load": (_in_the_load, False), "while_it_drains": (_while_it_drains, True)}
    for stage, (run, kit) in stages.items():
        for word, verb in (("restarted", "stop"), ("killed", "kill")):
            def this(world, run=run, verb=verb):
                world.need_server()
                world.retry_soon()
                world.prepare()

                def end():
                    world.fault()
                    getattr(world.server, verb)()
                run(world, end)
            this.__name__ = f"the_outside_is_{word}_{stage}"
            case(kit=kit)(this)


_register()


@case()
def readiness_follows_the_outside(world):
    world.need_server()
    world.retry_soon()
    world.prepare()
    world.send(20)
    connector = world.start(ready=True)
    world.arrive()
    world.fault()
    world.server.stop()
    if world.is_sink:
        world.send(1)
    world.away(connector)
    # While it tries again it may seem to be there for a moment.
    answers = []

    def says_so():
        answers.append(connector.request("GET", "/readyz"))
        return answers[-1] is not None and answers[-1][0] == 503 and "reasons" in answers[-1][1]
    until(says_so, lambda: f"/readyz answers 503 with reasons, not {answers[-1]}")
    world.server.start()
    connector.wait_ready(world.outside.connect_seconds)
    world.arrive()
