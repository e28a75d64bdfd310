# SPDX-License-Identifier: Apache-2.0
"""The slack sink in the acceptance suite, against a server that answers as Slack does."""

import json
import urllib.request

from sluice_acceptance import CANARY, Record, SinkOutside

REFUSED = "invalid-blocks"


class Outside(SinkOutside):
    server = "http"
    server_options = ("--refuse", REFUSED)
    guarantee = "at least once"
    takes = "text"
    record_limit = 40_000  # characters; the suite's records are ASCII
    secret_options = (f"--webhook-url=http://127.0.0.1:1/{CANARY}",)
    wrong_options = (["--webhook-url=ftp://h/"], ["--template={"], ["--format=xml"])
    poison = {"rejected": Record(REFUSED, "k"), "malformed": Record(b"\xff\xfe", "k")}
    known_limits = ("A message whose answer was lost is posted again: Slack knows no idempotency keys.",)

    def options(self):
        return ["--webhook-url", f"{self.env['HTTP_URL']}/sink/{self.place}", "--markup", "keep"]

    def posted(self):
        with urllib.request.urlopen(f"{self.env['HTTP_URL']}/requests") as answer:
            for line in answer.read().splitlines():
                request = json.loads(line)
                if request["path"] == f"/sink/{self.place}" and request["status"] == 200:
                    try:
                        yield json.loads(json.loads(request["body"])["text"])
                    except (ValueError, TypeError, KeyError):  # the empty message of `check`, too
                        pass

    def read_back(self):
        return [it["id"] for it in self.posted() if "id" in it]

    def read_texts(self):
        return {it["id"]: it["text"] for it in self.posted() if "id" in it}
