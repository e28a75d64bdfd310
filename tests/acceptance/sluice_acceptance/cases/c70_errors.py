# SPDX-License-Identifier: Apache-2.0
"""Records that cannot be delivered: each error policy, dead letters, and their way back."""

import base64
import json

from ..errors import expect, need
from ..processes import until
from . import case


def _classes(world):
    need(world.outside.poison, "its acceptance.py knows nothing that it would refuse")
    need(world.program.has_option("on-malformed"), "this kit has no error policies")
    return list(world.outside.poison)


def _put(world, error_class):
    if world.is_sink:
        world.produce([world.outside.poison[error_class]])
    else:
        world.outside.put_poison(error_class)


def _policy(classes, word):
    return [f"--on-{it}={word}" for it in classes]


def _mixed(world, classes, count=20):
    """Good ones around each poison: at the front, in the middle, at the end."""
    world.prepare()
    for error_class in classes:
        _put(world, error_class)
        world.send(count)
        _put(world, error_class)
    return 2 * len(classes)


def _left_out(world, connector, name, count):
    world.counted(connector, name, count)  # the last of them is behind all that arrives
    world.drained(connector)
    world.stop(connector)
    got = connector.records()[name]
    expect(got == count, f"{count} could not be delivered, {got} are counted as {name}: {connector.tail(5)}")


@case()
def a_poison_record_stops_it_and_nothing_behind_it_is_skipped(world):
    classes = _classes(world)
    world.prepare()
    world.send(30)
    _put(world, classes[0])
    world.send(30)
    for _ in range(2):  # it is the same after a restart
        connector = world.start(*_policy(classes, "stop"))
        world.ends(connector, 1)
    world.arrive(world.sent[:30])
    behind = set(world.found()) & set(world.sent[30:])
    expect(not behind or not world.is_sink or world.outside.answers_for_each,
           f"they are behind the one that stopped it: {sorted(behind)[:5]}")
    world.may_repeat = not world.is_sink  # a source has sent some, and was not told that they are there
    world.start(*_policy(classes, "skip"))
    world.arrive()


@case()
def poison_records_are_skipped_and_counted(world):
    classes = _classes(world)
    count = _mixed(world, classes)
    connector = world.start(*_policy(classes, "skip"))
    world.arrive()
    _left_out(world, connector, "filtered", count)


@case("sink")
def a_poison_record_is_tried_again_and_then_stops_it(world):
    classes = _classes(world)
    world.prepare()
    world.send(10)
    _put(world, classes[0])
    connector = world.start(*_policy(classes, "retry"), "--retry-limit=3", "--retry-delay-max=20ms",
                            "--retry-delay-min=1ms")
    world.ends(connector, 1)
    world.arrive()


@case("sink")
def a_poison_record_is_tried_again_and_then_skipped(world):
    classes = _classes(world)
    count = _mixed(world, classes)
    connector = world.start(*_policy(classes, "retry"), "--retry-limit=2", "--retry-delay-max=20ms",
                            "--retry-delay-min=1ms", "--on-retries-exhausted=skip")
    world.arrive()
    _left_out(world, connector, "filtered", count)


@case("sink")
def poison_in_the_middle_of_a_large_batch_costs_only_itself(world):
    classes = _classes(world)
    world.prepare()
    for error_class in classes:
        for count in (150, 1, 2, 60):
            world.send(count)
            _put(world, error_class)
    world.send(70)
    connector = world.start(*_policy(classes, "skip"), "--batch-count=10000", "--batch-age=50ms")
    world.arrive()
    _left_out(world, connector, "filtered", 4 * len(classes))


def _bytes_of(letter, name):
    if f"{name}_base64" in letter:
        return base64.b64decode(letter[f"{name}_base64"])
    return None if letter.get(name) is None else letter[name].encode()


def _check_letters(world, letters, count, classes):
    expect(len(letters) == count, f"{count} could not be delivered, there are {len(letters)} dead letters")
    for letter in letters:
        missing = {"time", "error", "attempts", "topic", "connector"} - letter.keys()
        expect(not missing, f"a dead letter lacks {missing}: {letter}")
        expect(letter["error"]["code"] and letter["error"]["text"] and letter["attempts"] >= 1,
               f"a dead letter does not say why: {letter}")
    if world.is_sink:
        expect(all("offset" in it and "partition" in it for it in letters), "a dead letter has no offset")
        wanted = sorted(world.outside.poison[it].value for it in classes for _ in range(2))
        got = sorted(_bytes_of(it, "value") for it in letters)
        expect(got == wanted, f"dead letters have other values than what failed: {got}")


@case()
def poison_records_become_dead_letters_in_a_file(world):
    classes = _classes(world)
    count = _mixed(world, classes)
    file = world.folder / "letters.jsonl"
    connector = world.start(*_policy(classes, "dead-letter"), "--dead-letter-file", file)
    world.arrive()
    _left_out(world, connector, "dead_lettered", count)
    _check_letters(world, [json.loads(it) for it in file.read_text().splitlines()], count, classes)


@case()
def poison_records_become_dead_letters_in_a_topic(world):
    classes = _classes(world)
    count = _mixed(world, classes)
    topic = f"{world.topic}-dead"
    world.cluster.made.append(topic)
    connector = world.start(*_policy(classes, "dead-letter"), "--dead-letter-topic", topic)
    world.arrive()
    _left_out(world, connector, "dead_lettered", count)
    letters = [json.loads(it["value"]) for it in world.cluster.consume(topic)]
    _check_letters(world, letters, count, classes)


@case("sink", shared=True)
def dead_letters_are_replayed_as_they_were_and_once(world):
    classes = _classes(world)
    need(b"replay" in world.cluster.run("dead-letters", "replay", "--help", may_fail=True),
         "this tool has no `dead-letters replay`")
    _mixed(world, classes, count=5)
    dead, again = f"{world.topic}-dead", f"{world.topic}-again"
    world.cluster.made += [dead, again]
    world.start(*_policy(classes, "dead-letter"), "--dead-letter-topic", dead)
    world.arrive()
    wanted = sorted(world.outside.poison[it].value for it in classes for _ in range(2))
    until(lambda: len(world.cluster.consume(dead)) == len(wanted), "all dead letters")
    world.cluster.create_topic(again)
    for _ in range(2):  # the second time there is nothing left to replay
        world.cluster.run("dead-letters", "replay", "--topic", dead, "--to", again)
        got = sorted(_bytes_of(it, "value") for it in world.cluster.consume(again))
        expect(got == wanted, f"replayed: {got}, failed: {wanted}")


@case(shared=True)
def dead_letters_survive_kills(world):
    classes = _classes(world)
    world.prepare()
    topic = f"{world.topic}-dead"
    world.cluster.made.append(topic)
    options = [*_policy(classes, "dead-letter"), "--dead-letter-topic", topic]
    for turn in range(3):
        world.send(100)
        for error_class in classes:
            _put(world, error_class)
        world.send(100)
        connector = world.start(*options)
        world.begun(connector)
        world.kill(connector)
    connector = world.start(*options)
    world.arrive()
    world.drained(connector)
    letters = [json.loads(it["value"]) for it in world.cluster.consume(topic)]
    places = {(it.get("partition"), it.get("offset"), it.get("position"), it.get("position_base64"))
              for it in letters}
    wanted = 3 * len(classes)
    enough = len(places) >= wanted if world.is_sink else len(letters) >= wanted
    expect(enough, f"{wanted} could not be delivered, there are {len(letters)} dead letters of {len(places)}")


@case()
def an_outside_that_is_away_stops_it_after_the_attempts_that_are_allowed(world):
    world.need_server()
    need(world.program.has_option("on-unavailable"), "this kit has no error policies")
    world.prepare()
    world.send(20)
    world.fault()
    world.server.stop()
    connector = world.start("--on-unavailable=retry", "--retry-limit=2", "--retry-delay-min=1ms",
                            "--retry-delay-max=20ms", "--on-retries-exhausted=stop")
    code = connector.wait()
    expect(code in (1, 3), f"exit code {code}, neither 1 nor 3: {connector.tail(4)}")
    world.server.start()
    world.start()
    world.arrive()
