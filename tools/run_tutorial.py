#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a tutorial word for word, in a fresh folder, as a reader would.

usage: run_tutorial.py PAGE.md     (SLUICE_BIN: the folder of the programs)

Of the page's fenced blocks it takes, in order:

    ```console        Lines after `$ ` are commands, for one shell that lives through the page; the
                      other lines are what they print. A command that fails prints, as its last
                      line, [exit code N].
    ```LANGUAGE file=PATH   The content of a file, which is written.
    ```diff           A change, which is applied with patch.

In what a command prints, `...` stands for any text in a line, and a line `...` for any lines. A
block after `<!-- needs COMMAND -->` is left out when `sluice help COMMAND` knows no such command.
Other blocks are for reading. It ends at the first difference, with the line of the page.
"""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS_MAX = 600  # for one command: one of them compiles


class Wrong(Exception):
    pass


@dataclass
class Block:
    info: str
    line: int  # of its first content line
    needs: str = ""
    content: list = field(default_factory=list)


def blocks(page):
    block, needs = None, ""
    for number, line in enumerate(page.splitlines(), 1):
        if block is None and line.startswith("```"):
            block, needs = Block(line[3:].strip(), number + 1, needs), ""
        elif block is not None and line == "```":
            yield block
            block = None
        elif block is not None:
            block.content.append(line)
        elif found := re.fullmatch(r"<!-- needs (.*) -->", line):
            needs = found[1]
    if block is not None:
        raise Wrong(f"line {block.line - 1}: this block has no end")


def commands(block):
    """Each command with its line and the lines that it is to print."""
    out = []
    for number, line in enumerate(block.content, block.line):
        if line.startswith("$ "):
            out.append((number, line[2:], []))
        elif out:
            out[-1][2].append(line)
        else:
            raise Wrong(f"line {number}: the block begins with output, not with `$ `")
    return out


def matches(wanted, got):
    if not wanted:
        return not got
    # What failed is never among the lines that differ from run to run.
    if got and wanted[-1].startswith("[exit code ") != got[-1].startswith("[exit code "):
        return False
    if wanted[0] == "...":
        return any(matches(wanted[1:], got[i:]) for i in range(len(got) + 1))
    pattern = ".*".join(re.escape(piece) for piece in wanted[0].split("..."))
    return bool(got) and re.fullmatch(pattern, got[0]) is not None and matches(wanted[1:], got[1:])


class Shell:
    def __init__(self, folder):
        home = folder / "home"
        home.mkdir()
        tools = os.environ.get("SLUICE_BIN", str(ROOT / "build/release/bin"))
        kept = r"PATH|LANG|SLUICE_VENV|CCACHE_DIR|https?_proxy|no_proxy|PIP_.*|SSL_CERT_.*"
        self.environment = {name: value for name, value in os.environ.items()
                            if re.fullmatch(kept, name, re.IGNORECASE)}
        self.environment |= {"HOME": str(home), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}
        self.environment["SLUICE_RUNTIME_DIR"] = str(folder / "runtime")
        self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"
        self.folder = folder / "work"
        self.folder.mkdir()
        self.process = subprocess.Popen(
            ["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=self.folder, env=self.environment, start_new_session=True,
        )

    def has(self, command):
        done = subprocess.run(["sluice", "help", *command.split()], env=self.environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return done.returncode == 0

    def run(self, command):
        """The lines that it prints."""
        end = f"--end-{time.monotonic_ns()}--"
        self.process.stdin.write(f"{command}\ncode=$?; echo; echo {end} $code\n".encode())
        self.process.stdin.flush()
        printed, until = b"", time.monotonic() + SECONDS_MAX
        while not (found := re.search(rb"\n?\n" + end.encode() + rb" (\d+)\n", b"\n" + printed)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                raise Wrong(f"`{command}` did not end; it printed:\n" + printed.decode(errors="replace"))
            printed += piece
        lines = (b"\n" + printed)[1 : found.start()].decode(errors="replace").splitlines()
        return lines + ([f"[exit code {int(found[1])}]"] if int(found[1]) else [])

    def close(self):
        subprocess.run(["sluice", "cluster", "stop"], env=self.environment, cwd=self.folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.process.stdin.close()
        self.process.wait()


def do_console(shell, block):
    for line, command, wanted in commands(block):
        print(f"  {line}: $ {command}", flush=True)
        got = shell.run(command)
        if not matches(wanted, got):
            raise Wrong(f"line {line}: `{command}` printed\n\n" + "\n".join(f"    {it}" for it in got) +
                        "\n\nbut the page has\n\n" + "\n".join(f"    {it}" for it in wanted))


def do_file(shell, block, name):
    print(f"  {block.line}: {name}")
    path = shell.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(block.content) + "\n", encoding="utf-8")


def do_diff(shell, block):
    print(f"  {block.line}: a change")
    done = subprocess.run(["patch", "-p1", "--fuzz=0"], cwd=shell.folder, text=True, check=False,
                          input="\n".join(block.content) + "\n", capture_output=True)
    if done.returncode:
        raise Wrong(f"line {block.line}: the change does not apply:\n{done.stdout}{done.stderr}")


def follow(page, shell):
    for block in blocks(page):
        kind, _, rest = block.info.partition(" ")
        if block.needs and not shell.has(block.needs):
            print(f"  {block.line}: left out: there is no `sluice {block.needs}`")
        elif kind == "console":
            do_console(shell, block)
        elif kind == "diff":
            do_diff(shell, block)
        elif rest.startswith("file="):
            do_file(shell, block, rest.removeprefix("file="))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    page = Path(sys.argv[1])
    folder = Path(tempfile.mkdtemp(prefix="tutorial-"))
    shell = Shell(folder)
    try:
        follow(page.read_text(encoding="utf-8"), shell)
    except Wrong as wrong:
        sys.exit(f"{page}: {wrong}")
    finally:
        shell.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
