# SPDX-License-Identifier: Apache-2.0
"""The programs that are compared: connectors of Sluice, Benthos 4, Kafka Connect 3.9.

Each function gives (start, count): what starts the program on the case's input, and what counts
at its destination. The stream of Sluice is a topic of its own server, that of the peers a topic
of Kafka, which is what they have.
"""

import json
import sqlite3

from measure import Program
from places import BIN, count_lines, count_rows


class Lab:
    """What a case has at hand: folder, streams, outside systems, the input file, its size."""

    def __init__(self, folder, cluster, kafka, mqtt, lines, records, benthos, kafka_libs):
        self.folder, self.cluster, self.kafka, self.mqtt = folder, cluster, kafka, mqtt
        self.lines, self.records = lines, records
        self.benthos, self.kafka_libs = benthos, kafka_libs
        self.number = 0

    def place(self, word):
        self.number += 1
        return f"bench-{word}-{self.number}"


def sluice(lab, program, topic, *options):
    return lambda: Program([BIN / program, "--fluvio-topic", topic, "--name", lab.place(program),
                            *options], lab.folder / f"{program}.log")


def benthos(lab, name, config):
    path = lab.folder / f"{lab.place(name)}.json"
    config = {"http": {"enabled": False}, "logger": {"level": "WARN"}, **config}
    path.write_text(json.dumps(config))
    return lambda: Program([lab.benthos, "-c", path], lab.folder / "benthos.log")


def connect(lab, name, properties):
    """Kafka Connect, standalone."""
    folder = lab.folder / lab.place(name)
    folder.mkdir()
    worker = {
        "bootstrap.servers": lab.kafka.brokers,
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        "offset.storage.file.filename": folder / "offsets",
        "listeners": "http://127.0.0.1:0",
        "consumer.auto.offset.reset": "earliest",
    }
    for file, values in (("worker", worker), ("connector", {"name": folder.name, **properties})):
        text = "".join(f"{key}={value}\n" for key, value in values.items())
        (folder / f"{file}.properties").write_text(text)
    command = ["java", "-Xmx512m", "-cp", f"{lab.kafka_libs}/*",
               "org.apache.kafka.connect.cli.ConnectStandalone", folder / "worker.properties",
               folder / "connector.properties"]
    return lambda: Program(command, lab.folder / "connect.log")


KAFKA_BATCH = {"count": 5000, "byte_size": 1_000_000, "period": "20ms"}


def kafka_output(lab, topic):
    return {"kafka_franz": {"seed_brokers": [lab.kafka.brokers], "topic": topic,
                            "max_in_flight": 64, "batching": KAFKA_BATCH}}


def kafka_input(lab, topic):
    return {"kafka_franz": {"seed_brokers": [lab.kafka.brokers], "topics": [topic],
                            "consumer_group": lab.place("group"), "start_from_oldest": True}}


def kafka_topic(lab):
    topic = lab.place("topic")
    lab.kafka.create(topic)
    return topic


def mqtt_to_topic_sluice(lab):
    client = lab.place("client")
    lab.mqtt.queue(client, lab.lines)
    topic = lab.place("topic")
    lab.cluster.create(topic)
    return (sluice(lab, "mqtt-source", topic, "--mqtt-url", lab.mqtt.url, "--mqtt-topic", "bench",
                   "--client-id", client, "--qos", "1", "--payload-output-type", "json"),
            lambda: lab.cluster.count(topic))


def mqtt_to_topic_benthos(lab):
    client, topic = lab.place("client"), kafka_topic(lab)
    lab.mqtt.queue(client, lab.lines)
    return (benthos(lab, "mqtt", {
        "input": {"mqtt": {"urls": [lab.mqtt.url.replace("mqtt:", "tcp:")], "topics": ["bench"],
                           "client_id": client, "clean_session": False, "qos": 1}},
        "output": kafka_output(lab, topic)}), lambda: lab.kafka.count(topic))


def kafka_to_topic_sluice(lab):
    topic = lab.place("topic")
    lab.cluster.create(topic)
    return (sluice(lab, "kafka-source", topic, "--kafka-url", lab.kafka.brokers, "--kafka-topic",
                   lab.kafka.input, "--kafka-group", lab.place("group")),
            lambda: lab.cluster.count(topic))


def kafka_to_topic_benthos(lab):
    topic = kafka_topic(lab)
    return (benthos(lab, "kafka", {"input": kafka_input(lab, lab.kafka.input),
                                   "output": kafka_output(lab, topic)}),
            lambda: lab.kafka.count(topic))


def file_to_topic_sluice(lab):
    topic = lab.place("topic")
    lab.cluster.create(topic)
    return (sluice(lab, "file-source", topic, "--path", lab.lines, "--start", "beginning"),
            lambda: lab.cluster.count(topic))


def file_to_topic_benthos(lab):
    topic = kafka_topic(lab)
    # It ends with the file; a file that goes on keeps it alive for the last look.
    return (benthos(lab, "file", {
        "input": {"sequence": {"inputs": [
            {"file": {"paths": [str(lab.lines)], "scanner": {"lines": {}}}},
            {"generate": {"interval": "1h", "count": 0, "mapping": "root = deleted()"}}]}},
        "output": kafka_output(lab, topic)}), lambda: lab.kafka.count(topic))


def file_to_topic_connect(lab):
    topic = kafka_topic(lab)
    return (connect(lab, "file-in", {
        "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
        "tasks.max": 1, "file": lab.lines, "topic": topic, "batch.size": 2000}),
        lambda: lab.kafka.count(topic))


def topic_to_file_sluice(lab):
    folder = lab.folder / lab.place("out")
    return (sluice(lab, "file-sink", lab.cluster.input, "--path", folder, "--rotate-size", "10GiB"),
            lambda: sum(count_lines(path) for path in folder.glob("*.txt")))


def topic_to_file_benthos(lab):
    path = lab.folder / lab.place("out")
    return (benthos(lab, "file-out", {
        "input": kafka_input(lab, lab.kafka.input),
        "output": {"file": {"path": str(path), "codec": "lines"}}}), lambda: count_lines(path))


def topic_to_file_connect(lab):
    path = lab.folder / lab.place("out")
    return (connect(lab, "file-out", {
        "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
        "tasks.max": 1, "file": path, "topics": lab.kafka.input}), lambda: count_lines(path))


TABLE = "create table bench (id integer, name text, text text)"


def sqlite_base(lab):
    path = lab.folder / f"{lab.place('base')}.db"
    with sqlite3.connect(path) as base:
        base.execute(TABLE)
    return path


def topic_to_sqlite_sluice(lab):
    path = sqlite_base(lab)
    return (sluice(lab, "sql-sink", lab.cluster.input, "--url", f"sqlite:{path}", "--table",
                   "bench"), lambda: count_rows(path, "bench"))


def topic_to_sqlite_benthos(lab):
    path = sqlite_base(lab)
    return (benthos(lab, "sqlite", {
        "input": kafka_input(lab, lab.kafka.input),
        "output": {"sql_insert": {
            "driver": "sqlite", "dsn": f"file:{path}?_pragma=journal_mode(WAL)", "table": "bench",
            "columns": ["id", "name", "text"], "max_in_flight": 1,
            "args_mapping": "root = [this.id, this.name, this.text]",
            "batching": {"count": 5000, "period": "20ms"}}}}), lambda: count_rows(path, "bench"))


# case -> contenders; a second `sluice` is the A/A floor.
CASES = {
    "mqtt to topic": {"sluice": mqtt_to_topic_sluice, "benthos": mqtt_to_topic_benthos},
    "kafka to topic": {"sluice": kafka_to_topic_sluice, "benthos": kafka_to_topic_benthos},
    "file to topic": {"sluice": file_to_topic_sluice, "benthos": file_to_topic_benthos,
                      "connect": file_to_topic_connect},
    "topic to file": {"sluice": topic_to_file_sluice, "benthos": topic_to_file_benthos,
                      "connect": topic_to_file_connect},
    "topic to sqlite": {"sluice": topic_to_sqlite_sluice, "benthos": topic_to_sqlite_benthos},
}
