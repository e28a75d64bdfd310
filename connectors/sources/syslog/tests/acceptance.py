# SPDX-License-Identifier: Apache-2.0
"""The syslog source in the acceptance suite: as it follows a file, the way that has a guarantee."""

import json

from sluice_acceptance import CANARY, SourceOutside

HEADER = "<13>1 2026-01-02T03:04:05Z host app - - - "


class Outside(SourceOutside):
    guarantee = "at least once"
    position = "kit"
    starts = {"beginning": ["--start=beginning"], "end": ["--start=end"]}
    poison = ("malformed", "too-large")
    record_limit = 256 << 10
    secret_options = (f"--key-password={CANARY}",)
    wrong_options = (["--listen=http://x"], ["--listen=tls://127.0.0.1"], ["--message-size-max=1"])
    known_limits = (
        "UDP and local sockets: at most once; what the kernel drops is counted.",
        "TCP and TLS: syslog has no acknowledgement; what was received and not sent is lost with the process.",
    )

    @property
    def path(self):
        return self.folder / "messages"

    def options(self):
        return ["--file", self.path, "--scan-interval=100ms", "--message-size-max=256 KiB",
                "--unparsed=refuse", "--oversize=refuse"]

    def prepare(self):
        self.path.touch()

    def append(self, lines):
        with open(self.path, "a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)

    # A message is an id, and a text behind it: in JSON the quotation mark follows the id, as filters expect.
    def put(self, ids):
        self.append(HEADER + it for it in ids)

    def put_texts(self, texts):
        self.append(f"{HEADER}{id} {text}" for id, text in texts.items())

    def put_sized(self, sizes):
        self.put_texts({id: "x" * (size - len(f"{HEADER}{id} ")) for id, size in sizes.items()})

    def put_poison(self, error_class):
        self.append(["neither priority nor time" if error_class == "malformed" else HEADER + "x" * (1 << 20)])

    def id_of(self, value):
        return json.loads(value)["message"].partition(" ")[0]

    def text_of(self, value):
        return json.loads(value)["message"].partition(" ")[2]
