# SPDX-License-Identifier: Apache-2.0
"""The elasticsearch sink in the acceptance suite, against OpenSearch."""

import json
import urllib.request

from sluice_acceptance import CANARY, Record, SinkOutside


class Outside(SinkOutside):
    server = "opensearch"
    heavy = True
    guarantee = "at least once"
    takes = "json"
    bulk_bytes = 16 << 20
    connect_seconds = 120
    ordered = False  # documents have ids, and no order
    answers_for_each = True
    secret_options = ("--username=u", f"--password={CANARY}")
    wrong_options = (["--url=ftp://h/"], ["--action=delete"], ["--id=field"], ["--index=a-%Q"])
    poison = {"malformed": Record("[1]", "k"), "rejected": Record('{"id": {"not": "a text"}}', "k")}
    known_limits = ("With --id server a batch that is written again makes new documents; with the other ids it does not.",)

    def options(self):
        return ["--url", self.env["OPENSEARCH_URL"], "--index", self.place]

    def ask(self, path, body=None, method="GET"):
        request = urllib.request.Request(f"{self.env['OPENSEARCH_URL']}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def prepare(self):
        self.ask(f"/{self.place}", method="PUT", body={
            "settings": {"index": {"number_of_shards": 1, "number_of_replicas": 0, "max_result_window": 1_000_000}},
            "mappings": {"properties": {"id": {"type": "keyword"}, "text": {"type": "text", "index": False}}}})

    def documents(self):
        self.ask(f"/{self.place}/_refresh", method="POST")
        found = self.ask(f"/{self.place}/_search", {"size": 100_000, "query": {"match_all": {}}}, "POST")
        return [it["_source"] for it in found["hits"]["hits"]]

    def read_back(self):
        return sorted(it["id"] for it in self.documents() if "id" in it)

    def read_texts(self):
        return {it["id"]: it["text"] for it in self.documents() if "id" in it}
