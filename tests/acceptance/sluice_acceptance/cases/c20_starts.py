# SPDX-License-Identifier: Apache-2.0
"""Where a connector begins when it has no place of its own yet, and that its own place comes first."""

from ..errors import expect, need
from ..processes import until
from . import case


def _from(world, start, first):
    """With 60 records in the topic and this start, the first that comes is the one with the index
    `first`, and what is sent later comes, too."""
    world.prepare()
    ids = world.send(60)
    world.aside = set(ids[:first])
    connector = world.start("--consumer-offset-start", start, ready=True)
    world.drained(connector)
    world.send(20)
    world.arrive()
    world.drained(connector)
    world.stop(connector)
    early = set(world.found()) & world.aside
    expect(not early, f"they are before the start: {sorted(early)[:9]}")


@case("sink", shared=True)
def starts_at_the_beginning(world):
    _from(world, "beginning", 0)


@case("sink", shared=True)
def starts_at_the_end(world):
    _from(world, "end", 60)


@case("sink", shared=True)
def starts_at_an_absolute_offset(world):
    _from(world, "absolute=17", 17)


@case("sink", shared=True)
def starts_so_many_after_the_beginning(world):
    _from(world, "from-beginning=31", 31)


@case("sink", shared=True)
def starts_so_many_before_the_end(world):
    _from(world, "from-end=9", 51)


@case("sink", shared=True)
def a_stored_place_comes_before_the_start_that_is_asked_for(world):
    world.prepare()
    for start in ("beginning", "end", "from-beginning=3", "from-end=9", "absolute=2"):
        world.send(20)
        world.stop(_drained(world, "--consumer-offset-start", start))


def _drained(world, *options):
    connector = world.start(*options)
    world.arrive()
    world.drained(connector)
    return connector


@case("source")
def starts_where_it_is_told_to_in_the_outside(world):
    starts = world.outside.starts
    need(starts, "it has no choice of where to begin")
    for word, options in starts.items():
        expect(word in ("beginning", "end"), f"no such start: {word}")
        world.prepare() if word == list(starts)[0] else None
        name = f"at-{word}"
        old = world.send(20)
        connector = world.start(*options, name=name, ready=True)
        if word == "end":
            _has_found_the_end(world, old)
        else:
            world.arrive()
        world.send(20)
        world.arrive()
        world.stop(connector)
        world.may_repeat = True  # a later instance reads again what an earlier one has read


def _has_found_the_end(world, old):
    """One that is ready may still be looking for it: what is sent meanwhile is before the end, too."""
    probes = []

    def one_arrives():
        probes.extend(world.send(1))
        return not set(probes).isdisjoint(world.found())
    until(one_arrives, lambda: f"one of {len(probes)} that were sent to the end arrives: {world.last_words()}")
    found = set(world.found())
    first = next(at for at, it in enumerate(probes) if it in found)
    world.aside |= (set(old) | set(probes[:first])) - found


@case("source", shared=True)
def the_place_can_be_kept_in_a_file(world):
    world.prepare()
    for _ in range(3):
        world.send(100)
        connector = world.start("--state-dir", world.folder / "state")
        world.arrive()
        world.stop(connector)


@case("source", shared=True)
def makes_its_topic_when_it_is_missing(world):
    world.need_put()
    world.outside.prepare()
    world.cluster.made.append(world.topic)
    expect(not world.cluster.has_topic(world.topic), "the topic is there already")
    world.send(10)
    world.start(ready=True)
    world.arrive()
