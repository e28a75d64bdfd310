# SPDX-License-Identifier: Apache-2.0
"""The http source in the acceptance suite: server-sent events with ids, its way that loses nothing."""

import json
import urllib.request

from sluice_acceptance import CANARY, SourceOutside


class Outside(SourceOutside):
    server = "http-events"
    guarantee = "at least once"
    secret_options = (f"--key-password={CANARY}",)
    wrong_options = (["--interval=soon"], ["--output-type=xml"])
    known_limits = (
        "The guarantee is that of server-sent events with ids. Polling, plain streams and websockets have no place to go on from: what comes while the connector is away is not delivered.",
    )

    def options(self):
        return ["--endpoint", f"{self.env['HTTP_URL']}/{self.place}", "--stream"]

    def post(self, values):
        body = "".join(json.dumps(it) + "\n" for it in values).encode()
        request = urllib.request.Request(f"{self.env['HTTP_URL']}/{self.place}", body, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()

    def put(self, ids):
        self.post({"id": it} for it in ids)

    def put_texts(self, texts):
        self.post({"id": id, "text": text} for id, text in texts.items())
