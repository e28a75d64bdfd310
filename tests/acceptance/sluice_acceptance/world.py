# SPDX-License-Identifier: Apache-2.0
"""What a case works with: a topic, a place in the outside system, the connector, and the record of
what was sent. It hides the direction: `send` puts in at the near end, `found` reads at the far one."""

import os

from .connector import Counts, Instance
from .errors import Failed, expect, need
from .ledger import in_order, settle, shown
from .other_clusters import FaultyCluster, ProxiedCluster
from .processes import until
from .proxy import Toxiproxy

# For a clean stop in the middle of the load: how slow the machine is, is no part of the claim.
LONG_DRAIN = ("--drain-timeout", "2m")
LONG_DRAIN_SECONDS = 150


class World:
    def __init__(self, slot, place, folder):
        self.slot, self.place, self.folder = slot, place, folder
        self.program, self.cluster, self.server = slot.program, slot.cluster, slot.server
        self.topic = place
        self.is_sink = self.program.direction == "sink"
        self.is_kit = self.program.is_kit
        self.outside = slot.adapter_class()
        self.outside.place, self.outside.folder = place, folder
        self.outside.env = self.server.env()
        self.sent, self.maybe, self.aside = [], set(), set()
        self.next_id = 1
        self.more = []  # options of every start of this case
        self.instances, self.proxies = [], []
        self.counts = Counts()
        self.kills = self.faults = 0
        self.may_repeat = False  # at least once may give records twice: there was a fault
        self.is_ordered = self.outside.ordered
        self.checks_ledger = True
        self.port = None  # of the proxy to the outside
        self.environment = {**os.environ, "FLV_PROFILE_PATH": str(self.cluster.profile),
                            "SLUICE_RUNTIME_DIR": str(folder / "run"), "TMPDIR": str(folder / "tmp")}
        self.environment.pop("RUST_LOG", None)
        (folder / "tmp").mkdir()

    # --- before the start ---

    def need_kit(self):
        need(self.is_kit, "not a program of the kit")

    def need_server(self):
        need(self.outside.server, "the outside has no server that could be stopped")

    @property
    def can_put(self):
        return self.is_sink or self.outside.has_outside

    def need_put(self):
        need(self.can_put, "there is no outside to put records into")

    def prepare(self, partitions=1):
        """Topic and place are there."""
        self.cluster.create_topic(self.topic, partitions)
        self.outside.prepare()

    def options(self):
        """The connector's own options; through the proxy, when there is one."""
        if self.port is None:
            return [str(it) for it in self.outside.options()]
        direct = self.outside.env
        self.outside.env = self.server.env(self.port)
        try:
            return [str(it) for it in self.outside.options()]
        finally:
            self.outside.env = direct

    def words(self, *more, name="main", own=None):
        """A whole command line."""
        words = ["--fluvio-topic", self.topic, *(self.options() if own is None else own)]
        if self.is_kit:
            words += ["--name", self.name(name), "--log-format", "json"]
            words += self.more
        return words + list(more)

    def name(self, name="main"):
        return f"{self.place}-{name}"

    # --- the connector ---

    def start(self, *more, name="main", ready=False, own=None):
        return self.start_words(self.words(*more, name=name, own=own), name, ready)

    def start_words(self, words, name="main", ready=False):
        place = {"env": self.environment, "folder": self.folder, "name": self.name(name),
                 "number": len(self.instances) + 1}
        instance = Instance(self.program, words, place)
        self.instances.append(instance)
        if ready and self.is_kit:
            instance.wait_ready()
        return instance

    def stop(self, instance, code=0, limit=None):
        """A clean stop: the exit code is the claim."""
        got = instance.terminate(limit=limit)
        expect(got == code, lambda: f"exit code {got}, not {code}: {instance.tail(6)}")

    def kill(self, instance):
        instance.kill()
        self.kills += 1
        self.may_repeat = True

    def fault(self):
        """A fault is about to be: records may then come twice, unless it is effectively once."""
        self.faults += 1
        self.may_repeat = True

    def ends(self, instance, code, limit=None):
        got = instance.wait(limit)
        expect(got == code, lambda: f"exit code {got}, not {code}: {instance.tail(6)}")

    def away(self, instance):
        """Waits until the connector says that it is not ready."""
        until(lambda: instance.status().get("ready") is False or not instance.alive(),
              lambda: f"not ready: {instance.tail(5)}")

    # --- what is in between ---

    def toxiproxy(self):
        if "toxiproxy" not in self.slot.shared:
            self.slot.shared["toxiproxy"] = Toxiproxy(self.slot.folder)
        return self.slot.shared["toxiproxy"]

    def proxy(self):
        """From now on the connector reaches the outside through it."""
        self.need_server()
        need(self.outside.proxied, "its client goes past a proxy")
        proxy = self.toxiproxy().proxy(self.server.port())
        self.proxies.append(proxy)
        self.port = proxy.port
        return proxy

    def use_cluster(self, name, make):
        """Another cluster than the slot's, for this case; kept for the next."""
        if name not in self.slot.shared:
            folder = self.slot.folder / name
            folder.mkdir(exist_ok=True)
            self.slot.shared[name] = make(folder)
        self.cluster = self.slot.shared[name]
        self.cluster.start()
        self.environment["FLV_PROFILE_PATH"] = str(self.cluster.profile)
        return self.cluster

    def proxied_cluster(self):
        toxiproxy = self.toxiproxy()
        cluster = self.use_cluster(
            "proxied", lambda it: ProxiedCluster(self.slot.run.programs, it, toxiproxy))
        cluster.proxy.clear()
        cluster.proxy.restore()
        return cluster

    def faulty_cluster(self):
        cluster = self.use_cluster("faulty", lambda it: FaultyCluster(self.slot.run.programs, it))
        cluster.ask("clear")
        return cluster

    # --- records ---

    def ids(self, count):
        out = [f"r{number:07d}" for number in range(self.next_id, self.next_id + count)]
        self.next_id += count
        return out

    def send(self, count, partition=None):
        """Puts so many in at the near end, durably, and returns their ids."""
        self.need_put()
        ids = self.ids(count)
        if self.is_sink:
            self.produce([self.outside.record(it) for it in ids], partition)
        else:
            self.outside.put(ids)
        self.sent += ids
        return ids

    def some_arrive(self, connector, count):
        """Records come through: so many that are put in, or those that it makes by itself."""
        if self.can_put:
            self.send(count)
            self.arrive()
        elif self.is_kit:
            self.begun(connector)
        else:
            # Those of a run before are in the topic, too.
            before = len(self.topic_values())
            until(lambda: len(self.topic_values()) > before, "more records in the topic")

    def send_texts(self, texts):
        """Records with these texts; returns {id: text}."""
        self.need_put()
        named = dict(zip(self.ids(len(texts)), texts))
        if self.is_sink:
            self.produce([self.outside.record(*it) for it in named.items()])
        else:
            self.outside.put_texts(named)
        self.sent += named
        return named

    def found_texts(self):
        if self.is_sink:
            return self.outside.read_texts()
        values = self.topic_values()
        return {id: self.outside.text_of(it) for it in values if (id := self.outside.id_of(it)) is not None}

    def retry_soon(self):
        """Pauses between tries are short, where the kit can be told so."""
        if self.program.has_option("retry-delay-max"):
            self.more += ["--retry-delay-max", "300ms"]

    def produce(self, records, partition=None):
        self.cluster.produce(self.topic, records, partition)

    def topic_values(self):
        """Texts of the records of the topic; an id cannot be in one that is not text."""
        return [it.get("value", "") for it in self.cluster.consume(self.topic)]

    def found(self):
        """Ids at the far end, in order, duplicates included."""
        if self.is_sink:
            return self.outside.read_back()
        return self.outside.ids_of(self.topic_values())

    def expected(self):
        return [it for it in self.sent if it not in self.aside]

    def arrive(self, ids=None, limit=None):
        """Waits until these (all that was sent) are at the far end."""
        wanted = set(self.expected() if ids is None else ids)
        self.revive()
        found = set()

        def all_there():
            self.revive()
            found.clear()
            found.update(self.found())
            return wanted <= found

        until(all_there, lambda: f"{len(wanted - found)} of {len(wanted)} are missing: "
              f"{shown(sorted(wanted - found))}; {self.last_words()}", limit, pause=0.03)

    def begun(self, instance, count=1):
        """Waits until the connector has delivered so many: it is in the middle of its work."""
        if self.is_kit:
            until(lambda: instance.count("delivered") >= count or not instance.alive(),
                  lambda: f"{count} delivered: {instance.tail(5)}", pause=0.005)
        else:
            until(lambda: len(self.found()) >= count or not instance.alive(), f"{count} delivered")

    def counted(self, instance, name, count):
        """Waits until it has counted so many: those that nothing at the far end tells of."""
        until(lambda: instance.count(name) >= count or not instance.alive(),
              lambda: f"{count} {name}: {instance.last.get('records')}; {instance.tail(5)}")

    def drained(self, instance):
        """Waits until it has nothing left to do, as far as it knows."""
        if not self.is_kit:
            return
        until(lambda: (records := instance.status().get("records")) and records["in_flight"] == 0
              and (not self.is_sink or instance.last.get("lag") == 0),
              lambda: f"drained: {instance.last}")

    def revive(self):
        """One that is not of the kit may end over a fault: `sluice run` would start it again."""
        if self.is_kit or not self.instances or not self.may_repeat:
            return
        last = self.instances[-1]
        if not last.alive() and last.wait() != 0:
            self.start_words(last.process.args[last.process.args.index(self.program.path) + 1:])

    def last_words(self):
        return f"its log ends with:\n{self.instances[-1].tail(6)}" if self.instances else "it never ran"

    def forget_runs(self):
        """Counts the runs that have ended and forgets them, but for the last few."""
        for instance in self.instances[:-3]:
            if not instance.is_counted:
                self.counts.add(instance.records())
                instance.is_counted = True
                instance.log.unlink(missing_ok=True)

    # --- the end ---

    def end(self):
        """Stops what still runs. No claim."""
        for instance in self.instances:
            if instance.alive():
                instance.stop()

    def ledger(self):
        """Everything is counted; `Failed` when it does not add up."""
        if not self.sent or not self.checks_ledger:
            return None
        found = self.found()
        out = settle(self.sent, [it for it in found if it not in self.maybe], self.aside)
        if self.is_kit:
            for instance in self.instances:
                if not instance.is_counted:
                    self.counts.add(instance.records())
                    instance.is_counted = True
            out.read, out.acknowledged = self.counts.read, self.counts.delivered
            out.filtered, out.dead_lettered = self.counts.filtered, self.counts.dead_lettered
        return out

    def judge(self, ledger):
        if ledger is None:
            return
        if self.outside.guarantee != "at most once":
            expect(not ledger.lost, lambda: f"lost: {shown(ledger.missing)}")
        expect(not ledger.strange, lambda: f"never sent: {shown(ledger.strange)}")
        if ledger.duplicated and self.outside.guarantee == "effectively once":
            raise Failed(f"it is effectively once, and these are there twice: {shown(ledger.twice)}")
        if ledger.duplicated and not self.may_repeat:
            raise Failed(f"nothing failed, and these are there twice: {shown(ledger.twice)}")
        wrong = in_order(self.found()) if self.is_ordered else None
        expect(wrong is None, lambda: f"out of order: {wrong[1]} comes after {wrong[0]}")

    def close(self):
        for instance in self.instances:
            if instance.alive():
                instance.kill()
        for proxy in self.proxies:
            proxy.close()

