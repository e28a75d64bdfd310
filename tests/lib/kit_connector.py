#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for a connector of the kit: metadata, validate, and a control socket that knows /status,
/pause and /resume. Each start begins running; it writes down its words. For tests of what controls
connectors."""
import http.server
import json
import os
import re
import signal
import socketserver
import sys

METADATA = {
    "name": "kit-source", "direction": "Source",
    "schema": {"$schema": "http://json-schema.org/draft-07/schema#", "$comment": "sluice-kit 1",
               "title": "KitOptions", "type": "object", "properties": {"word": {"type": "string"}}},
    "version": "0.1.0", "description": "Stands in for a connector of the kit.",
}


class Pages(http.server.BaseHTTPRequestHandler):
    state = "running"
    name = ""

    def answer(self, body):
        body = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer({"name": self.name, "connector": "kit-source", "state": Pages.state,
                     "paused": Pages.state == "paused"})

    def do_POST(self):
        Pages.state = "paused" if self.path == "/pause" else "running"
        self.answer({})

    def address_string(self):
        return "socket"

    def log_message(self, format, *args):
        pass


def main():
    words = sys.argv[1:]
    if words[0] == "metadata":
        print(json.dumps(METADATA, separators=(",", ":")))
        return
    if words[0] == "validate":
        if "wrong" in open(words[words.index("--config") + 1]).read():
            print("config.yaml:9:9: `wrong` is wrong", file=sys.stderr)
            sys.exit(2)
        return
    print("started with", *words, flush=True)
    Pages.name = re.search(r"name: *([\w.-]+)", open(words[words.index("--config") + 1]).read())[1]
    folder = os.environ["SLUICE_RUNTIME_DIR"]
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = f"{folder}/{Pages.name}.sock"
    if os.path.exists(path):
        os.unlink(path)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with socketserver.UnixStreamServer(path, Pages) as server:
        server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
