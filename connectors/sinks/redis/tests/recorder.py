#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands for a server with modules (JSON.SET, TS.ADD), which Debian's redis-server lacks: answers
OK to every command, and prints each that has arguments as one line of JSON.

usage: recorder.py PORT-FILE    its port of loopback is written to the file
"""
import json
import os
import socketserver
import sys


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:-2].decode())
            print(json.dumps(words), flush=True)
            arity = len(words) == 1 and words[0] != "PING"
            self.wfile.write(b"-ERR wrong number of arguments\r\n" if arity else b"+OK\r\n")


server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
server.daemon_threads = True
with open(sys.argv[1] + ".new", "w", encoding="ascii") as out:
    out.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
