#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""http_events.py PORT DIR: an HTTP server for tests, on 127.0.0.1. Standard library only.

  POST /NAME   adds each line of the body as an event; 200 when they are on disk
  GET  /NAME   all events as server-sent events, from the one behind Last-Event-ID on, and those
               that come. The id of an event is its number, from 1.
"""

import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

changed = threading.Condition()
folder = Path()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def file(self):
        name = re.sub(r"[^a-z0-9]", "", self.path.strip("/"))
        return folder / f"{name}.events"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with changed:
            with open(self.file(), "ab") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            changed.notify_all()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        last = int(self.headers.get("Last-Event-ID") or 0)
        number, at = 0, 0
        try:
            self.chunk(b": hello\nretry: 50\n\n")
            while True:
                lines, at = self.more(at)
                events = []
                for line in lines:
                    number += 1
                    if number > last:
                        events.append(b"id: %d\ndata: %s\n\n" % (number, line))
                if events:
                    self.chunk(b"".join(events))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def more(self, at):
        """Whole lines from this place on, when there are any; a comment shows when nobody listens."""
        with changed:
            while True:
                try:
                    with open(self.file(), "rb") as file:
                        file.seek(at)
                        text = file.read()
                except FileNotFoundError:
                    text = b""
                end = text.rfind(b"\n") + 1
                if end:
                    return text[:end].split(b"\n")[:-1], at + end
                if not changed.wait(0.5):
                    self.chunk(b": still here\n\n")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


def main():
    global folder
    folder = Path(sys.argv[2])
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


main()
