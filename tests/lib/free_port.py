# SPDX-License-Identifier: Apache-2.0
"""Prints a free port of 127.0.0.1. It is none of those that the kernel gives out by itself: until its
server has it, which may take seconds, no other program gets it."""
import random
import socket

LOWEST = 16_384  # below are those of many services

with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
    first, last = map(int, file.read().split())
ports = [port for port in range(LOWEST, 65_536) if not first <= port <= last]
random.shuffle(ports)
for port in [*ports, 0]:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(one.getsockname()[1])
        break
