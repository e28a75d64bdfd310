# SPDX-License-Identifier: Apache-2.0
"""What it tells: pages, metrics, log, check; and what it never tells: secrets."""

import http.client
import json
import subprocess

from ..adapter import CANARY
from ..connector import metric
from ..errors import expect, need
from ..processes import until
from . import case


def _address(connector):
    def found():
        for line in connector.log_lines():
            if line.get("text") == "serving metrics and health":
                return line["address"]
        expect(connector.alive(), lambda: f"it ended: {connector.tail(4)}")
    return until(found, "it says where it serves metrics")


def _get(address, path, method="GET"):
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@case(shared=True)
def its_pages_answer_and_agree(world):
    world.prepare()
    connector = world.start("--metrics-listen", "127.0.0.1:0", ready=True)
    world.some_arrive(connector, 60)
    connector.request("POST", "/pause")  # so that it stays as it is
    world.drained(connector)
    address = _address(connector)
    expect(_get(address, "/livez")[0] == 200, "/livez does not answer 200")
    expect(_get(address, "/readyz")[0] == 503, "/readyz does not answer 503 while it is paused")
    code, metrics = _get(address, "/metrics")
    expect(code == 200, f"/metrics answers {code}")
    records = json.loads(_get(address, "/status")[1])["records"]
    for name in ("read", "delivered", "dead_lettered", "failed"):
        counted = metric(metrics, f"records_{name}_total")
        expect(counted == records[name], f"{name}: metrics say {counted}, status {records[name]}")
    expect(records["delivered"] == 60 or not world.can_put, f"60 were sent: {records}")
    expect(_get(address, "/pause", "POST")[0] in (404, 405), "everybody who sees metrics may pause it")


@case(shared=True)
def each_line_of_its_log_is_json(world):
    world.prepare()
    connector = world.start("--rust-log", "debug")
    world.some_arrive(connector, 30)
    world.stop(connector)
    for line in connector.text().splitlines():
        try:
            words = json.loads(line)
        except ValueError:
            words = {}
        expect(words.keys() >= {"time", "level", "component", "text"}, f"a line is not of that form: {line[:200]}")


@case(shared=True)
def the_tool_sees_it_run(world):
    world.prepare()
    world.start(ready=True)
    done = subprocess.run([world.cluster.sluice, "top", "--once", "--output", "json"], capture_output=True,
                          env=world.environment, timeout=30)
    expect(world.name() in done.stdout.decode(), f"`sluice top` does not show it: {done.stdout[:300]}")


# --- secrets ---


def _secrets(world):
    options = [str(it) for it in world.outside.secret_options]
    need(options, "its acceptance.py names no secret")
    expect(any(CANARY in it for it in options), "secret_options has no CANARY in it")
    return options


def _hidden(text, where):
    at = text.find(CANARY)
    expect(at < 0, f"the secret is in {where}: {text[max(0, at - 80):at + 30]}")


@case()
def a_secret_is_never_shown_by_a_run(world):
    options = _secrets(world)
    world.prepare()
    connector = world.start(*options, "--rust-log", "trace", "--metrics-listen", "127.0.0.1:0")
    until(lambda: not connector.alive() or connector.status().get("outside") not in (None, "unknown")
          or connector.status().get("state") == "running", "it has tried the secret")
    for path in ("/status", "/metrics", "/readyz"):
        answer = connector.request("GET", path)
        _hidden(answer[1] if answer else "", path)
    connector.stop()
    _hidden(connector.text(), "the log")


@case()
def a_secret_is_never_shown_by_validate_check_and_errors(world):
    options = _secrets(world)
    world.outside.prepare()
    words = world.words(*options)
    for first, more in (("validate", []), ("check", ["--cluster-timeout", "1s"]), ("validate", ["--no-such"]),
                        ("validate", ["--drain-timeout", CANARY[:4]])):
        done = world.program.run(first, *words, *more, env=world.environment, cwd=world.folder)
        _hidden(done.stdout + done.stderr, f"the output of {first}")


@case()
def a_secret_of_a_file_is_filled_in_and_never_shown(world):
    options = _secrets(world)
    from .c05_options import config_of
    section = config_of(world, world.options() + options)

    def hide(value):
        if isinstance(value, str):
            return value.replace(CANARY, "${{ secrets.CANARY }}")
        if isinstance(value, dict):
            return {key: hide(it) for key, it in value.items()}
        return [hide(it) for it in value] if isinstance(value, list) else value
    section = hide(section)
    expect("secrets.CANARY" in json.dumps(section), "the secret is nowhere in the section")
    file, secrets = world.folder / "config.yaml", world.folder / "secrets"
    head = {"apiVersion": "0.2.0", "meta": {
        "name": world.name(), "type": world.program.name, "version": world.program.version,
        "topic": {"meta": {"name": world.topic}}, "secrets": [{"name": "CANARY"}]}}
    file.write_text(json.dumps(head | {world.program.section: section}, indent=1))
    secrets.write_text(f"CANARY={CANARY}\n")
    done = world.program.run("validate", "--config", file, "--secrets", secrets, env=world.environment)
    expect(done.returncode == 0, f"validate: {done.stderr}")
    _hidden(done.stdout + done.stderr, "the output of validate")
    file.write_text(json.dumps(head | {world.program.section: section | {"no_such_key": 1}}, indent=1))
    done = world.program.run("validate", "--config", file, "--secrets", secrets, env=world.environment)
    expect(done.returncode == 2, f"a wrong key was taken: {done.stdout}")
    _hidden(done.stdout + done.stderr, "the error of validate")


# --- check ---


def _check(world, *more):
    done = world.program.run("check", *world.words("--cluster-timeout", "20s", *more), env=world.environment,
                             cwd=world.folder)
    try:
        return done.returncode, {it["end"]: it for it in map(json.loads, done.stdout.splitlines())}
    except (ValueError, KeyError):
        expect(False, f"check printed: {done.stdout}{done.stderr}")


@case()
def check_finds_both_ends_and_leaves_nothing(world):
    world.prepare()
    world.send(25)
    for _ in range(2):
        code, ends = _check(world)
        expect(code == 0 and ends["cluster"]["ok"] and ends["outside"]["ok"], f"exit code {code}: {ends}")
    expect(not world.found(), "a check has delivered records")
    world.start()
    world.arrive()


@case()
def check_says_that_the_outside_is_away(world):
    world.need_server()
    world.prepare()
    world.fault()
    world.server.stop()
    code, ends = _check(world)
    world.server.start()
    expect(code != 0 and not ends["outside"]["ok"] and ends["outside"]["detail"], f"exit code {code}: {ends}")
    expect(ends["cluster"]["ok"], f"the cluster is there: {ends}")


@case(shared=True)
def check_says_that_the_cluster_is_away(world):
    world.outside.prepare()
    code, ends = _check(world, "--cluster", "127.0.0.1:1")
    expect(code != 0 and not ends["cluster"]["ok"], f"exit code {code}: {ends}")
    expect(ends["outside"]["ok"], f"the outside is there: {ends}")
