# SPDX-License-Identifier: Apache-2.0
"""The http sink in the acceptance suite, against the scriptable server of the tests."""

import base64
import json
import urllib.parse
import urllib.request

from sluice_acceptance import CANARY, Record, SinkOutside

REFUSED = "no-such-thing"


class Outside(SinkOutside):
    server = "http"
    server_options = ("--refuse", REFUSED)
    guarantee = "at least once"
    takes = "bytes"
    secret_options = (f"--header=Authorization: Bearer {CANARY}",)
    wrong_options = (["--endpoint=ftp://h/"], ["--method=GET"], ["--body=xml"])
    poison = {"rejected": Record(f'{{"{REFUSED}": 1}}', "k")}
    known_limits = (
        "A record whose answer was lost is sent again, with the same idempotency key: a server that remembers keys has it once.",
    )

    def options(self):
        return ["--endpoint", f"{self.env['HTTP_URL']}/sink/{self.place}", "--key-header", "X-Key"]

    def delivered(self):
        # Past any proxy: the server's own port.
        with urllib.request.urlopen(f"{self.env['HTTP_URL']}/requests") as answer:
            for line in answer.read().splitlines():
                request = json.loads(line)
                if request["path"] == f"/sink/{self.place}" and request["status"] == 200:
                    yield request

    def values(self):
        for request in self.delivered():
            try:
                yield json.loads(request.get("body", ""))
            except ValueError:
                pass

    def read_back(self):
        return [it["id"] for it in self.values() if "id" in it]

    def read_texts(self):
        return {it["id"]: it["text"] for it in self.values() if "id" in it}

    def read_records(self):
        return [Record(value_of(it), key_of(it)) for it in self.delivered()]


def value_of(request):
    if "body" in request:
        return request["body"].encode()
    return base64.b64decode(request["body_base64"])


def key_of(request):
    key = request["headers"].get("x-key")
    return None if key is None else urllib.parse.unquote_to_bytes(key)
