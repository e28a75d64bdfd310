// SPDX-License-Identifier: Apache-2.0
// The answers of `sluice console`, with connectors that exist in the test only.
export const token = "a-token-of-the-test";

export class FakeConsole {
  constructor(connectors) {
    this.connectors = new Map(connectors.map((status) => [status.name, status]));
    this.time = Date.parse("2026-11-26T18:00:00Z");
    this.refused = 0;
    this.asked = 0;
  }

  // A second passes with each question, so that rates do not depend on the machine.
  list() {
    this.time += 1000;
    this.asked += 1;
    for (const status of this.connectors.values()) {
      if (status.paused) continue;
      status.records.read += 120;
      status.records.delivered += 100;
    }
    return { connectors: [...this.connectors.values()], time: new Date(this.time).toISOString() };
  }

  answer = async (request, response) => {
    if (!request.url.startsWith("/api/")) return false;
    const send = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${token}`) {
      this.refused += 1;
      send(401, { error: "the token is missing or wrong" });
      return true;
    }
    const [, , , name, verb] = decodeURIComponent(request.url).split("/");
    const status = this.connectors.get(name);
    if (request.method === "GET" && request.url === "/api/connectors") send(200, this.list());
    else if (request.method === "POST" && status && (verb === "pause" || verb === "resume")) {
      status.paused = verb === "pause";
      status.state = status.paused ? "paused" : "running";
      send(200, {});
    } else send(404, { error: "there is no such connector" });
    return true;
  };
}

export const status = (name, more = {}) => ({
  connector: "mqtt-source", version: "0.1.0", direction: "source", name, topic: "telemetry", state: "running", outside: "connected",
  ready: true, reasons: [], records: { read: 1200, delivered: 1000, filtered: 0, dead_lettered: 0, failed: 0, in_flight: 200 },
  bytes: { read: 1, delivered: 1 }, errors: {}, retries: 0, lag: 40, last_error: "", last_delivery: "", last_checkpoint: "",
  paused: false, pid: 4242, started: "2026-11-26T17:59:00Z", recent_errors: [], ...more,
});
