#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small real HTTP server for the tests of what speaks HTTP. Standard library only.

usage: http_server.py [--port PORT] [--tls CERT KEY] [--record FILE] [--refuse TEXT]

Listens on 127.0.0.1, on a free port unless one is given, and prints the port. What it serves:

  /get                    Hello, Fluvio! - <n>, n counts from 1
  /post                   POST {"name":"X"}: Hello, X! - <n>
  /time                   nanoseconds since 1970
  /echo                   method, headers and body of the request, as JSON
  /status/<code>          that status
  /fail/<count>           503 for the first <count> requests, then as /get
  /retry-after            429 with Retry-After: 1, once, then as /get
  /slow?<seconds>         answers after that time
  /redirect               302 to /get
  /redirect-loop          302 to itself
  /latin1                 text in ISO-8859-1
  /utf16                  text in UTF-16, with a mark
  /headers                repeated headers and an unknown status, 299
  /gzip                   a compressed body
  /large/<bytes>          so many bytes
  /stream_count_updates   count: 1, count: 2, ... one a line, in chunks, for ever
  /lines/<n>              n lines and an end, the last without a line feed
  /split                  multi-byte delimiters and characters cut in all places
  /close-mid-chunk        a line, half a line, and the connection breaks
  /silent                 headers, then nothing
  /sse                    three events; goes on behind Last-Event-ID
  /websocket              a greeting, then counts
  /websocket-auth         the same, for x-secret-token: abc123 only
  /websocket-echo         what it gets, in upper case
  /websocket-binary       a binary message that is not UTF-8

For sinks:

  /sink/...               takes any request, and answers 200, or as the script says
  /script                 PUT a JSON list: how the next requests of /sink are answered, in turn
  /requests               what /sink took, a JSON object a line: method, path, headers, body, status
                          (null when it got no answer); body_base64 when it is not UTF-8

An item of the script may have: status, headers, body, `slow` (seconds before the answer), `cut`
(`before` the request counts, `after` it without an answer, or in the `middle` of the answer), and
`times`. One with `match` is for every request that has that text in its body, before all others.
--record FILE keeps what /sink took, over a restart too. A body with the TEXT of --refuse gets 422.
"""

import argparse
import base64
import gzip
import hashlib
import itertools
import json
import socket
import ssl
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

counters = {}
lock = threading.Lock()
script = []
rules = []
requests = []
record_file = None


def next_step(body):
    with lock:
        for rule in rules:
            if rule["match"] in body:
                return rule
        if not script:
            return {}
        step = script[0]
        step["times"] = step.get("times", 1) - 1
        if step["times"] <= 0:
            script.pop(0)
        return step


def keep(request):
    with lock:
        requests.append(json.dumps(request))
        if record_file:
            record_file.write(requests[-1] + "\n")
            record_file.flush()


def count(name):
    with lock:
        counters[name] = counters.get(name, 0) + 1
        return counters[name]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "test"
    sys_version = ""
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, content_type="text/plain", headers=()):
        data = body if isinstance(body, bytes) else body.encode()
        # Names and order are part of what is tested, so no Date and no Server.
        self.send_response_only(status, "Whatever" if status == 299 else None)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", content_type)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def start_chunks(self, content_type="text/plain"):
        self.send_response_only(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data):
        data = data if isinstance(data, bytes) else data.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

    def any_method(self):
        path, _, query = self.path.partition("?")
        name, _, argument = path.strip("/").partition("/")
        handler = getattr(self, "serve_" + name.replace("-", "_"), None)
        try:
            if handler is None:
                self.answer("not here", 404)
            else:
                handler(argument or query)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = any_method

    # --- whole responses ------------------------------------------------------------------

    def serve_get(self, _):
        self.answer(f"Hello, Fluvio! - {count('get')}")

    def serve_post(self, _):
        name = json.loads(self.body())["name"]
        self.answer(f"Hello, {name}! - {count('post')}")

    def serve_time(self, _):
        self.answer(str(time.time_ns()))

    def serve_echo(self, _):
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.answer(json.dumps({"method": self.command, "headers": headers, "body": self.body()}),
                    content_type="application/json")

    def serve_status(self, code):
        self.answer(f"status {code}", int(code))

    def serve_fail(self, times):
        if count("fail") <= int(times):
            self.answer("not now", 503)
        else:
            self.serve_get("")

    def serve_retry_after(self, _):
        if count("retry-after") == 1:
            self.answer("not now", 429, headers=[("Retry-After", "1")])
        else:
            self.serve_get("")

    def serve_slow(self, seconds):
        time.sleep(float(seconds))
        self.answer("at last")

    def serve_redirect(self, _):
        self.answer("over there", 302, headers=[("Location", "/get")])

    def serve_redirect_loop(self, _):
        self.answer("here again", 302, headers=[("Location", "/redirect-loop")])

    def serve_latin1(self, _):
        self.answer("gr\u00fc\u00dfe".encode("latin-1"), content_type="text/plain; charset=ISO-8859-1")

    def serve_utf16(self, _):
        self.answer("gr\u00fc\u00dfe".encode("utf-16"), content_type="text/plain; charset=utf-16")

    def serve_headers(self, _):
        self.answer("x", 299, headers=[("Set-Cookie", "a=1"), ("X-Between", "1"),
                                       ("Set-Cookie", "b=2")])

    def serve_gzip(self, _):
        self.answer(gzip.compress(b"unpacked"), headers=[("Content-Encoding", "gzip")])

    def serve_large(self, size):
        self.answer("x" * int(size))

    # --- for sinks ------------------------------------------------------------------------

    def serve_script(self, _):
        steps = json.loads(self.body())
        with lock:
            rules[:] = [step for step in steps if "match" in step]
            script[:] = [step for step in steps if "match" not in step]
        self.answer("")

    def serve_requests(self, _):
        with lock:
            text = "".join(line + "\n" for line in requests)
        self.answer(text)

    def serve_sink(self, _):
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        step = next_step(data.decode(errors="replace"))
        cut = step.get("cut")
        if "slow" in step:
            time.sleep(step["slow"])
        if cut == "before":
            return self.hang_up()
        status = step.get("status", 200)
        try:
            body = {"body": data.decode()}
        except UnicodeDecodeError:
            body = {"body_base64": base64.b64encode(data).decode()}
        keep({"method": self.command, "path": self.path, **body,
              "status": None if cut else status,
              "headers": {name.lower(): value for name, value in self.headers.items()}})
        if cut == "middle":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        if cut:
            return self.hang_up()
        self.answer(step.get("body", ""), status, headers=step.get("headers", {}).items())

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # --- streams --------------------------------------------------------------------------

    def serve_stream_count_updates(self, _):
        self.start_chunks()
        for number in itertools.count(1):
            self.chunk(f"count: {number}\n")
            time.sleep(0.05)

    def serve_lines(self, number):
        self.start_chunks()
        self.chunk("\n".join(f"line {i}" for i in range(1, int(number) + 1)))
        self.chunk("")

    def serve_split(self, _):
        self.start_chunks()
        for byte in "gr\u00fcn||gelb||\U0001f600||".encode():
            self.chunk(bytes([byte]))
        self.chunk("")

    def serve_close_mid_chunk(self, _):
        self.start_chunks()
        self.chunk("whole\n")
        self.wfile.write(b"ff\r\nhalf a li")
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()

    def serve_silent(self, _):
        self.start_chunks()
        time.sleep(3600)

    def serve_sse(self, _):
        self.start_chunks("text/event-stream; charset=utf-8")
        last = int(self.headers.get("Last-Event-ID") or 0)
        self.chunk(": hello\nretry: 100\n\n")
        for number in range(last + 1, last + 4):
            self.chunk(f"event: tick\nid: {number}\ndata: tick {number}\ndata: of the clock\n\n")
        self.chunk("data: never finished\n")
        self.chunk("")

    # --- websockets -----------------------------------------------------------------------

    def upgrade(self):
        key = self.headers.get("Sec-WebSocket-Key", "")
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        self.send_response_only(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
        self.end_headers()
        self.close_connection = True

    def send_frame(self, data, opcode=1):
        data = data if isinstance(data, bytes) else data.encode()
        size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
        self.wfile.write(bytes([0x80 | opcode]) + size + data)
        self.wfile.flush()

    def read_frame(self):
        head = self.rfile.read(2)
        if len(head) < 2:
            raise ConnectionResetError
        size = head[1] & 127
        if size == 126:
            size = struct.unpack(">H", self.rfile.read(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.rfile.read(8))[0]
        mask = self.rfile.read(4)
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(self.rfile.read(size)))
        return head[0] & 15, data

    def serve_websocket(self, _):
        self.upgrade()
        self.send_frame("Hello, Fluvio!")
        for number in itertools.count(1):
            self.send_frame(f"count: {number}")
            time.sleep(0.05)

    def serve_websocket_auth(self, _):
        if self.headers.get("x-secret-token") == "abc123":
            self.serve_websocket("")
        else:
            self.answer("who are you?", 401)

    def serve_websocket_echo(self, _):
        self.upgrade()
        while True:
            opcode, data = self.read_frame()
            if opcode == 8:
                return
            if opcode == 9:
                self.send_frame(data, 10)
            elif opcode == 1:
                self.send_frame(data.decode().upper())

    def serve_websocket_binary(self, _):
        self.upgrade()
        self.send_frame(b"\x00\xff\xfe", 2)
        while self.read_frame()[0] != 8:
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--record")
    parser.add_argument("--refuse")
    options = parser.parse_args()
    if options.refuse:
        rules.append({"match": options.refuse, "status": 422, "body": "refused"})
    if options.record:
        global record_file
        record_file = open(options.record, "a+")
        record_file.seek(0)
        requests.extend(record_file.read().splitlines())
    ThreadingHTTPServer.daemon_threads = True
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_port, flush=True)
    server.serve_forever()


main()
