# SPDX-License-Identifier: Apache-2.0
"""The kill loop: under load, the connector is killed at random moments, again and again, and now and
then the outside or the cluster; then everything is counted.

It is made of rounds, each a case with a topic of its own. What is random comes from the seed and the
number of the round; moments depend on the machine, so a seed repeats a run as far as that goes.
"""

import fnmatch
import random
import threading

from .cases import Case

ROUND_KILLS = 250
BREATHE_KILLS = 20  # after so many it may finish what waits, so that the backlog has a limit
MEAN_LIFE_SECONDS = 0.08
LONG_LIFE_SECONDS = 0.5  # of one in ten: places are stored in it
LIFE_SECONDS_MAX = 1.5
RECORDS_MAX = 60


def rounds(kills, seed, adapter_class):
    out, number = [], 0
    while kills > 0:
        number += 1
        count = min(kills, ROUND_KILLS)
        kills -= count
        out.append(_round(number, count, seed, adapter_class))
    return out


def _round(number, count, seed, adapter_class):
    def run(world):
        _loop(world, count, random.Random(f"{seed}/{number}"), _others(adapter_class))
    return Case(f"kill_loop_{number:03d}_of_{count}_kills_seed_{seed}", run, None, False, False)


def _others(adapter_class):
    """What else may be killed: what no rule of the adapter excludes."""
    out = ["cluster"]
    if adapter_class.server and not any(
            fnmatch.fnmatch("the_outside_is_killed_in_the_middle_of_the_load", it) for it in adapter_class.skips):
        out.append("outside")
    return out


def _loop(world, kills, chance, others):
    world.retry_soon()
    if world.is_sink and world.is_kit:
        # Small batches and offsets at once: more places to be killed in.
        world.more += ["--batch-count", "25", "--consumer-offset-flush-period", "20ms"]
    world.prepare()
    done = 0
    while done < kills:
        connector = world.start()
        if chance.random() < 0.05:
            _kill_another(world, chance.choice(others))
        mean = LONG_LIFE_SECONDS if chance.random() < 0.1 else MEAN_LIFE_SECONDS
        life = min(chance.expovariate(1 / mean), LIFE_SECONDS_MAX)
        killer = threading.Timer(life, world.kill, [connector])
        killer.start()
        try:
            world.send(chance.randint(1, RECORDS_MAX))
            if mean == LONG_LIFE_SECONDS:
                while killer.is_alive():
                    world.send(RECORDS_MAX)
        finally:
            killer.join()
        done += 1
        if done % BREATHE_KILLS == 0:
            connector = world.start()
            world.arrive(limit=120)
            world.kill(connector)
            done += 1
        world.forget_runs()
    world.start()
    world.arrive(limit=120)


def _kill_another(world, what):
    world.fault()
    if what == "cluster":
        if world.cluster.real:
            return
        world.cluster.kill()
        world.cluster.start()
    else:
        world.server.kill()
        world.server.start()
