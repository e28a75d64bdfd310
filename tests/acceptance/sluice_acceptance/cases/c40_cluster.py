# SPDX-License-Identifier: Apache-2.0
"""The cluster goes away and comes back, in order and by a crash, at each stage."""

import signal

from ..processes import until
from . import case


def _before_the_start(world, end):
    world.prepare()
    world.send(100)
    world.fault()
    end()
    connector = world.start(*(["--cluster-timeout", "1h"] if world.is_kit else []))
    if world.is_kit:
        until(lambda: "cannot reach the cluster" in connector.text(), "it says that the cluster is away")
    else:
        connector.wait()
    world.cluster.start()
    world.arrive()


def _while_idle(world, end):
    world.prepare()
    world.send(100)
    connector = world.start(ready=True)
    world.arrive()
    world.drained(connector)
    world.fault()
    end()
    world.cluster.start()
    world.send(100)
    world.arrive()


def _in_the_load(world, end):
    world.prepare()
    for _ in range(3):
        connector = world.instances[-1] if world.instances else world.start()
        before = connector.count("delivered")
        world.send(400)
        world.begun(connector, before + 1)
        world.fault()
        end()
        world.cluster.start()
        world.revive()
    world.arrive()


def _while_it_drains(world, end):
    world.prepare()
    world.send(600)
    connector = world.start("--drain-timeout", "2s")
    world.begun(connector)
    world.fault()
    connector.tell(signal.SIGTERM)
    end()
    connector.wait()  # 0 or 1: both are honest
    world.cluster.start()
    world.start()
    world.arrive()


def _register():
    stages = {"before_the_start": (_before_the_start, False), "while_it_is_idle": (_while_idle, False),
              "in_the_middle_of_the_load": (_in_the_load, False), "while_it_drains": (_while_it_drains, True)}
    for stage, (run, kit) in stages.items():
        for word, verb in (("restarted", "stop"), ("killed", "kill")):
            def this(world, run=run, verb=verb):
                run(world, lambda: getattr(world.cluster, verb)())
            this.__name__ = f"the_cluster_is_{word}_{stage}"
            case(kit=kit, shared=True)(this)


_register()


@case(shared=True)
def the_cluster_is_frozen_and_goes_on(world):
    world.prepare()
    world.send(300)
    connector = world.start()
    world.begun(connector)
    world.fault()
    world.cluster.freeze()
    try:
        until(lambda: connector.alive() and connector.status(), "it answers while the cluster does not")
    finally:
        world.cluster.thaw()
    world.send(100)
    world.arrive()
