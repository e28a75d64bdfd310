#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A proxy that speaks TLS in front of a carbon that does not.

usage: tls_front.py PORT-FILE CERTIFICATE KEY CARBON-PORT    its port of loopback is written to the file
"""
import os
import socket
import socketserver
import ssl
import sys

port_file, certificate, key, carbon_port = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            with context.wrap_socket(self.request, server_side=True) as sender, \
                    socket.create_connection(("127.0.0.1", int(carbon_port))) as carbon:
                while piece := sender.recv(65536):
                    carbon.sendall(piece)
        except OSError as error:
            print(error, flush=True)


server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
server.daemon_threads = True
with open(port_file + ".new", "w", encoding="ascii") as out:
    out.write(str(server.server_address[1]))
os.rename(port_file + ".new", port_file)
server.serve_forever()
