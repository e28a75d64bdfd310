#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/tidy.py [BUILD [FOLDER]]: clang-tidy with the short list of .clang-tidy over our sources. BUILD is
the folder of a build that compiles each file by itself: build/dev.

Most of its time goes into the headers of libraries, so the files of a folder are looked at
together, some at a time, as one translation unit; where that does not compile (two of them have a
name of their own in common), each by itself. What passed is not looked at again until it, or what
it includes of ours, changes: ~/.cache/sluice/tidy has its hash.
"""

import concurrent.futures
import functools
import hashlib
import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOGETHER = 6  # more would need more than a gigabyte, and collide more often
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
KEPT_SECONDS = 30 * 86_400


def run(*words):
    return subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def prepare(build):
    if not (build / "compile_commands.json").exists():
        subprocess.run(["cmake", "--preset", build.name], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    # What the commands include beside the sources: precompiled headers.
    targets = run("ninja", "-C", build, "-t", "targets", "all")
    headers = re.findall(r"^(.*\.pch): ", targets, re.MULTILINE)
    subprocess.run(["ninja", "--quiet", "-C", build, *headers], cwd=ROOT, check=True)


@functools.cache
def includes(file):
    """The files of ours that this one includes."""
    places = [file.parent, ROOT / "include", ROOT / "src", ROOT / "connectors"]
    names = INCLUDE.findall(file.read_text())
    found = (next((it for it in (place / name for place in places) if it.is_file()), None) for name in names)
    return [it.resolve() for it in found if it]


def key_of(files, command):
    """A hash of all that clang-tidy sees of ours."""
    seen, todo = set(), list(files)
    while todo:
        file = todo.pop()
        if file not in seen:
            seen.add(file)
            todo += includes(file)
    out = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    out.update(" ".join(command).replace(str(ROOT), "").encode())
    for file in sorted(seen):
        out.update(f"\0{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return out.hexdigest()


class Tidy:
    def __init__(self, build):
        self.folder = build / "tidy"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sluice/tidy"
        self.cache.mkdir(parents=True, exist_ok=True)
        self.commands = {}
        for entry in json.loads((build / "compile_commands.json").read_text()):
            words = shlex.split(entry["command"])
            # Without the compiler's launcher, and what is made of this file.
            words = words[next(i for i, it in enumerate(words) if re.search(r"/clang(\+\+)?-19$", it)):]
            words = words[:words.index("-o")] if "-o" in words else words
            self.commands[Path(entry["file"]).resolve()] = (entry["directory"], words)

    def groups(self, files):
        for _, same in itertools.groupby(sorted(files), lambda it: (it.parent, self.commands[it])):
            same = list(same)
            for at in range(0, len(same), TOGETHER):
                yield same[at:at + TOGETHER]

    def look(self, files):
        """What is wrong with them, as text; empty: nothing."""
        directory, command = self.commands[files[0]]
        key = key_of(files, command)
        if (self.cache / key).exists():
            return ""
        text = self.text_of(files, directory, command, key)
        if "[clang-diagnostic-error]" in text and len(files) > 1:
            text = "".join(self.look([it]) for it in files)
        if not text:
            (self.cache / key).touch()
        return text

    def text_of(self, files, directory, command, key):
        if len(files) == 1:
            unit = files[0]
        else:
            unit = self.folder / f"{key}.cpp"
            unit.write_text("".join(f'#include "{it}"\n' for it in files))
        done = subprocess.run(["clang-tidy-19", "--quiet", unit, "--", *command[1:], f"-I{files[0].parent}"],
                              cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if done.returncode == 0:
            return ""
        return done.stdout or f"{unit}: clang-tidy ended with {done.returncode}\n"


def main():
    build = ROOT / (sys.argv[1] if len(sys.argv) > 1 else "build/dev")
    under = sys.argv[2] if len(sys.argv) > 2 else ""
    prepare(build)
    tidy = Tidy(build)
    for old in tidy.cache.iterdir():
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            old.unlink()
    files = [ROOT / it for it in run("tools/sources.sh").splitlines()
             if re.match(r"(src|connectors)/.*\.cpp$", it) and not it.endswith("_test.cpp") and it.startswith(under)]
    if unknown := [it for it in files if it not in tidy.commands]:
        sys.exit(f"tidy: not in the build, so nothing is known of its flags: {unknown[0]}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = list(filter(None, pool.map(tidy.look, tidy.groups(files))))
    print("".join(wrong), end="")
    sys.exit(1 if wrong else 0)


main()
