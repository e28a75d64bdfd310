#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench/connectors/run.py --benthos PROGRAM --kafka-libs DIR [--records N] [--rounds N] [--case TEXT]

Connectors against Benthos 4 and Kafka Connect 3.9, in turns, on the same input. Each round runs
the contenders in another order, ours twice (A and B): their difference is the noise. One line of
JSON a run on standard output, a table of medians at the end on standard error.
tools/bench_connectors.sh makes what it needs, and calls it.
"""

import argparse
import itertools
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from contenders import CASES, Lab
from measure import measure
from places import Cluster, Kafka, Server


class Mqtt:
    """Sessions with messages that wait: what a subscriber finds after it was away."""

    def __init__(self, server):
        self.url = server.env["MQTT_URL"]
        self.port = server.env["MQTT_PORT"]

    def queue(self, client, lines):
        subscribe = ["mosquitto_sub", "-p", self.port, "-i", client, "-c", "-q", "1", "-t", "bench",
                     "-E", "-x", "3600", "-V", "5"]
        subprocess.run(subscribe, check=True)
        # All in one, mosquitto would end the connection: the publisher does not wait for it.
        with open(lines, "rb") as file:
            while part := list(itertools.islice(file, 10_000)):
                subprocess.run(["mosquitto_pub", "-p", self.port, "-t", "bench", "-q", "1", "-l"],
                               input=b"".join(part), check=True)


def write_lines(path, records):
    filler = random.Random(1)
    words = [filler.randbytes(32).hex() for _ in range(1000)]
    with open(path, "w") as file:
        for number in range(records):
            text = words[number % 1000] + words[number * 7 % 1000]
            file.write(json.dumps({"id": number, "name": f"name-{number % 977}", "text": text}) + "\n")


def table(results):
    lines = []
    for case in results:
        for contender, runs in results[case].items():
            rates = [run.per_second for run in runs]
            lines.append(f"| {case} | {contender} | {statistics.median(rates):,.0f} | "
                         f"{statistics.median(run.per_core for run in runs):,.0f} | "
                         f"{statistics.median(run.peak_mb for run in runs):.0f} MB | "
                         + ", ".join(f"{rate:,.0f}" for rate in rates) + " |")
    return "\n".join(["| case | program | records/s | records/s and core | peak memory | runs |",
                      "| --- | --- | --- | --- | --- | --- |", *lines])


def run_case(lab, case, contenders, rounds, results):
    turns = [("sluice A", "sluice"), ("sluice B", "sluice")]
    turns += [(name, name) for name in contenders if name != "sluice"]
    for turn in range(rounds):
        for label, name in turns[turn % len(turns):] + turns[:turn % len(turns)]:
            start, count = contenders[name](lab)
            result = measure(start, count, lab.records)
            results.setdefault(case, {}).setdefault(label, []).append(result)
            print(json.dumps({"case": case, "program": label, "records": result.records,
                              "per_second": round(result.per_second),
                              "per_core": round(result.per_core),
                              "peak_mb": round(result.peak_mb, 1)}), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--benthos", required=True)
    parser.add_argument("--kafka-libs", required=True)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        folder = pathlib.Path(name)
        lines = folder / "lines"
        write_lines(lines, arguments.records)
        servers = [Server("mosquitto", folder / "mosquitto"), Server("kafka", folder / "kafka")]
        cluster = Cluster(folder)
        try:
            kafka = Kafka(servers[1])
            kafka.input = cluster.input = "bench-input"
            kafka.fill("bench-input", lines)
            cluster.fill("bench-input", lines)
            lab = Lab(folder, cluster, kafka, Mqtt(servers[0]), lines, arguments.records,
                      arguments.benthos, arguments.kafka_libs)
            results = {}
            for case, contenders in CASES.items():
                if arguments.case in case:
                    run_case(lab, case, contenders, arguments.rounds, results)
            print(table(results), file=sys.stderr)
        finally:
            cluster.stop()
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
