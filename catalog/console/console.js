// SPDX-License-Identifier: Apache-2.0
// The console: asks `sluice console` each second what runs, and shows it.
"use strict";
(() => {
  const every = 1000; // ms from answer to question
  const patience = 5000; // ms for an answer
  const longest = 5000; // ms between two tries while the tool is away

  // The token comes behind the # of the address, where no server sees it, and leaves it at once.
  const token = (() => {
    const given = new URLSearchParams(location.hash.slice(1)).get("token");
    if (given) {
      sessionStorage.setItem("sluice-token", given);
      history.replaceState(null, "", location.pathname + location.search);
    }
    return sessionStorage.getItem("sluice-token") ?? "";
  })();

  const place = (name) => document.querySelector(`[data-${name}]`);
  const shown = new Map(); // name -> Card

  function el(name, attributes = {}, ...children) {
    const out = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== false && value != null) out.setAttribute(key, value === true ? "" : value);
    }
    out.append(...children.flat().filter((child) => child != null));
    return out;
  }
  // Changes only what is different, so that a screen reader hears what is new.
  function say(where, text) {
    if (where.textContent !== text) where.textContent = text;
  }

  // The words of a refusal: {"error": "..."}, or text.
  function wordsOf(body) {
    try {
      return String(JSON.parse(body).error ?? "");
    } catch {
      return body.trim().slice(0, 300);
    }
  }

  async function ask(path, method = "GET") {
    const answer = await fetch(`api/${path}`, {
      method,
      cache: "no-store",
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(patience),
    });
    if (answer.ok) return answer.json().catch(() => ({}));
    const text = await answer.text().then(wordsOf, () => "");
    const error = new Error(answer.status === 401 || answer.status === 403 ? "The token is missing or wrong. Open the address that `sluice console` printed, with all of it." : text || `The tool answered with status ${answer.status}.`);
    error.answered = true;
    throw error;
  }

  const tones = { running: "good", paused: "warn", stopping: "warn", draining: "warn", starting: "accent", stopped: "bad", "no answer": "bad" };

  class Card {
    constructor(status) {
      this.history = new rates.History();
      this.state = el("span", { class: "tag" });
      this.about = el("p", { class: "soft small" });
      this.reasons = el("p", { class: "notice warn small", hidden: true });
      this.button = el("button", { type: "button" });
      this.button.addEventListener("click", () => this.switch());
      this.said = el("p", { class: "small bad-text", role: "alert" });
      this.numbers = Object.fromEntries(["in", "out", "lag", "flight", "errors"].map((key) => [key, el("dd")]));
      const number = (key, title) => el("div", {}, el("dt", {}, title), this.numbers[key]);
      const figure = (title, key) => el("figure", {}, el("figcaption", {}, title), (this[key] = el("div", { class: "plot" })));
      this.list = el("ol", { class: "errors" });
      this.count = el("span", { class: "soft small" });
      this.errors = el("details", {}, el("summary", {}, "Last errors ", this.count), this.list);
      const id = `c-${shown.size}-${Date.now().toString(36)}`;
      this.element = el("section", { class: "connector", "aria-labelledby": id, "data-connector": status.name },
        el("header", {}, el("h2", { id }, status.name), this.state, this.button),
        this.about, this.reasons, this.said,
        el("dl", { class: "numbers" }, number("in", "Read / s"), number("out", "Delivered / s"), number("lag", "Lag"), number("flight", "In flight"), number("errors", "Failed")),
        el("div", { class: "plots" },
          figure([el("span", { class: "key one" }, "read"), el("span", { class: "key two" }, "delivered"), " records / s"], "ratePlace"),
          figure("lag, records", "lagPlace")),
        this.errors);
      this.plots = [
        new plots.Plot(this.ratePlace, [{ label: "read", colour: "--plot-1" }, { label: "delivered", colour: "--plot-2", dash: [5, 4] }], () => [this.history.times, this.history.in, this.history.out]),
        new plots.Plot(this.lagPlace, [{ label: "lag", colour: "--plot-1" }], () => [this.history.times, this.history.lag]),
      ];
      this.ratePlace.setAttribute("role", "img");
      this.lagPlace.setAttribute("role", "img");
    }

    update(status, time) {
      this.status = status;
      this.history.add(status, time);
      const { records } = status;
      const state = status.paused ? "paused" : status.state;
      say(this.state, state);
      this.state.className = `tag ${tones[state] ?? ""}`;
      // Of one that does not answer little is known.
      const way = status.direction === "source" ? "to" : "from";
      const words = [`${status.connector} ${status.version}`.trim(), status.topic && `${way} topic ${status.topic}`, status.pid && `process ${status.pid}`, status.started ? `since ${status.started}` : "", status.outside && `outside ${status.outside}`];
      say(this.about, words.filter(Boolean).join(" · "));
      const reasons = status.ready || status.paused ? "" : (status.reasons ?? []).join("; ");
      this.reasons.hidden = reasons === "";
      say(this.reasons, reasons && `Not ready: ${reasons}`);
      this.button.hidden = state === "no answer";
      say(this.button, status.paused ? "Resume" : "Pause");
      this.button.setAttribute("aria-label", `${status.paused ? "Resume" : "Pause"} ${status.name}`);
      const inward = rates.short(this.history.now("in"));
      const outward = rates.short(this.history.now("out"));
      const lag = rates.short(typeof status.lag === "number" ? status.lag : null);
      say(this.numbers.in, inward);
      say(this.numbers.out, outward);
      say(this.numbers.lag, lag);
      say(this.numbers.flight, rates.short(records.in_flight));
      say(this.numbers.errors, rates.short(records.failed + records.dead_lettered));
      this.ratePlace.setAttribute("aria-label", `Rates: ${inward} records read and ${outward} delivered a second`);
      this.lagPlace.setAttribute("aria-label", `Lag: ${lag} records`);
      this.showErrors(status.recent_errors ?? []);
      for (const plot of this.plots) plot.update();
    }

    showErrors(errors) {
      const key = JSON.stringify(errors);
      if (key === this.errorsKey) return;
      this.errorsKey = key;
      say(this.count, errors.length ? String(errors.length) : "none");
      this.list.replaceChildren(...[...errors].reverse().map((error) => el("li", {}, el("time", {}, error.time), " ", el("code", {}, error.code), " ", error.text)));
    }

    async switch() {
      const verb = this.status.paused ? "resume" : "pause";
      this.button.setAttribute("aria-disabled", "true");
      say(this.said, "");
      try {
        await ask(`connectors/${encodeURIComponent(this.status.name)}/${verb}`, "POST");
      } catch (error) {
        say(this.said, `It was not ${verb}d: ${error.message}`);
      }
      this.button.removeAttribute("aria-disabled");
      next(0);
    }

    gap(time) {
      this.history.gap(time);
      for (const plot of this.plots) plot.update();
    }

    remove() {
      for (const plot of this.plots) plot.remove();
      this.element.remove();
    }
  }

  function show({ connectors, time }) {
    const seconds = Date.parse(time) / 1000 || Date.now() / 1000;
    const names = new Set(connectors.map((status) => status.name));
    for (const [name, card] of shown) {
      if (names.has(name)) continue;
      card.remove();
      shown.delete(name);
    }
    const list = place("connectors");
    for (const status of connectors.sort((a, b) => a.name.localeCompare(b.name))) {
      if (!shown.has(status.name)) {
        const card = new Card(status);
        shown.set(status.name, card);
        const after = [...list.children].find((other) => other.dataset.connector.localeCompare(status.name) > 0);
        list.insertBefore(card.element, after ?? null);
      }
      shown.get(status.name).update(status, seconds);
    }
    const count = connectors.length;
    const bad = connectors.filter((status) => !status.ready && !status.paused).length;
    say(place("summary"), count === 0 ? "No connector runs on this machine. Start one, for example with: sluice run config.yaml" : `${count} ${count === 1 ? "connector" : "connectors"}, ${bad ? `${bad} not ready` : "all ready"}`);
  }

  function linked(is, text) {
    const link = place("link");
    link.className = `link-state tag ${is ? "good" : "bad"}`;
    say(link, is ? "Connected" : "Not connected");
    place("trouble").hidden = is;
    if (!is) say(place("trouble"), text);
    place("connectors").classList.toggle("stale", !is);
  }

  let timer;
  let failures = 0;
  function next(after) {
    clearTimeout(timer);
    timer = setTimeout(round, after);
  }
  async function round() {
    try {
      const answer = await ask("connectors");
      failures = 0;
      linked(true);
      show(answer);
      next(every);
    } catch (error) {
      failures += 1;
      for (const card of shown.values()) card.gap(Date.now() / 1000);
      linked(false, error.answered ? error.message : "The tool does not answer. Is `sluice console` still running? This page goes on as soon as it is.");
      next(Math.min(longest, every * failures));
    }
  }
  next(0);
})();
