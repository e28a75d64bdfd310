# SPDX-License-Identifier: Apache-2.0
"""That records arrive, all of them, as they are, and that a clean stop leaves no trace."""

from pathlib import Path

from ..adapter import Record
from ..errors import expect, need
from ..processes import until
from ..world import LONG_DRAIN, LONG_DRAIN_SECONDS
from . import case

MODULES = Path(__file__).resolve().parents[3] / "data/smartmodule/basic"


@case(kit=False)
def delivers_every_record_once_and_in_order(world):
    world.prepare()
    world.send(300)
    world.start()
    world.arrive()
    world.send(50)
    world.arrive()


@case(kit=False)
def goes_on_after_a_clean_stop(world):
    world.prepare()
    world.send(200)
    connector = world.start()
    world.arrive()
    world.stop(connector)
    world.send(200)
    connector = world.start()
    world.arrive()
    world.stop(connector)


@case(shared=True)
def goes_on_after_clean_stops_in_the_middle_of_the_load(world):
    world.prepare()
    for _ in range(4):
        world.send(400)
        connector = world.start(*LONG_DRAIN)
        world.begun(connector)
        world.stop(connector, limit=LONG_DRAIN_SECONDS)
    world.start()
    world.arrive()


@case(kit=False)
def starts_with_nothing_to_do_and_takes_what_comes(world):
    world.prepare()
    connector = world.start(ready=True)
    world.send(20)
    world.arrive()
    world.stop(connector)


@case()
def its_own_counts_add_up_to_what_was_sent(world):
    world.prepare()
    world.send(250)
    connector = world.start()
    world.arrive()
    world.drained(connector)
    world.stop(connector)
    records = connector.records()
    parts = ("delivered", "filtered", "dead_lettered", "failed")
    expect(records["read"] == sum(records[it] for it in parts) and records["in_flight"] == 0,
           f"they do not add up: {records}")
    expect(records["delivered"] == 250, f"250 were sent, it says {records['delivered']}")


@case()
def every_partition_is_used(world):
    world.prepare(partitions=5)
    if world.is_sink:
        for partition in range(5):
            world.send(40, partition)
        world.is_ordered = False  # over partitions there is no order
    else:
        world.send(200)
        world.is_ordered = False
    world.start()
    world.arrive()
    if not world.is_sink:
        used = {it["partition"] for it in world.cluster.consume(world.topic)}
        expect(len(used) > 1, f"all records are in partition {used}")


@case("sink")
def records_of_a_partition_stay_in_order(world):
    need(world.outside.ordered, "it keeps no order")
    world.prepare(partitions=3)
    lists = [[], [], []]
    for turn in range(6):
        lists[turn % 3] += world.send(30, turn % 3)
    world.start()
    world.arrive()
    world.is_ordered = False
    found = world.found()
    for partition, sent in enumerate(lists):
        got = [it for it in found if it in set(sent)]
        expect(got == sent, f"partition {partition} is out of order: {got[:9]} ...")


TEXTS = ["", " ", "quotes \" ' ` \\ \\n %s {} ${X} $(x)", "<a href='x'>&amp;</a>", "ÄÖÜ ß é ñ", "日本語テキスト",
         "عربى", "😀👩‍👩‍👧", "e\u0301 \u200b \ufeff", "null", "NaN", "-0", "1e400", "'; DROP TABLE x; --",
         "x" * 5000]


@case(kit=False)
def texts_of_all_scripts_and_signs_stay_as_they_are(world):
    world.prepare()
    texts = world.send_texts(TEXTS)
    world.start()
    world.arrive()
    got = world.found_texts()
    wrong = {it: (text, got.get(it)) for it, text in texts.items() if got.get(it) != text}
    expect(not wrong, f"sent and found: {wrong}")


def _same_records(world, records):
    """These are the only records, and they are found byte by byte."""
    need(world.outside.takes == "bytes", "it takes texts, not any bytes")
    world.checks_ledger = False
    world.prepare()
    world.produce(records)
    connector = world.start()
    until(lambda: len(world.outside.read_records()) >= len(records), "as many records as were sent")
    world.stop(connector)
    got = world.outside.read_records()
    wrong = [(a, b) for a, b in zip(records, got) if a != b]
    expect(len(got) == len(records), f"{len(records)} were sent, {len(got)} are there")
    expect(not wrong, f"sent and found: {wrong[:3]}")


@case("sink")
def values_of_every_byte_stay_as_they_are(world):
    _same_records(world, [Record(bytes([it]), "k") for it in (0, 9, 10, 13, 27, 92, 127, 128, 192, 255)]
                  + [Record(bytes(range(256)), "k"), Record(bytes(range(255, -1, -1)) * 20, "k")])


@case("sink")
def empty_values_are_records_too(world):
    _same_records(world, [Record("", "k"), Record("x", "k"), Record("", "k"), Record("", None)])


@case("sink")
def a_null_key_is_not_an_empty_key(world):
    _same_records(world, [Record("a", None), Record("b", ""), Record("c", None), Record("d", "k")])


@case("sink")
def keys_of_many_bytes_stay_as_they_are(world):
    keys = [b"\t", b"\n", b"\\", b"\x01", b"\x7f", b"\x80", b"\xff\xfe", bytes(range(1, 256)), b"k" * 5000]
    _same_records(world, [Record(f"{number}", it) for number, it in enumerate(keys)])


@case(shared=True)
def a_smartmodule_filters_and_the_rest_arrives(world):
    world.prepare()
    ids = world.send(120)
    module = MODULES / "filter_key.wasm"
    connector = world.start("--filter", module, "--smartmodule-parameters", 'key:7"')
    kept = [it for it in ids if it.endswith("7")]
    world.aside = set(ids) - set(kept)
    world.arrive()
    world.counted(connector, "filtered", len(world.aside))
    world.drained(connector)
    world.stop(connector)
    expect(connector.records()["filtered"] == len(world.aside),
           f"{len(world.aside)} are filtered, it says {connector.records()['filtered']}")
    extra = set(world.found()) - set(kept)
    expect(not extra, f"they are filtered and came: {sorted(extra)[:9]}")
