// SPDX-License-Identifier: Apache-2.0
// From counters that are asked for now and then to rates that can be plotted. Pure.
"use strict";
const rates = (() => {
  const points = 300; // of each connector: five minutes at one a second

  class History {
    constructor() {
      this.times = [];
      this.in = [];
      this.out = [];
      this.lag = [];
      this.last = null;
    }

    // `status` as the connector has it, `time` in seconds. A restart begins its counters anew; the
    // plot then has a gap.
    add(status, time) {
      const { read, delivered } = status.records;
      const now = { time, read, delivered, pid: status.pid, started: status.started };
      const before = this.last;
      if (before && time <= before.time) return;
      const goesOn = before && before.pid === now.pid && before.started === now.started && read >= before.read && delivered >= before.delivered;
      const rate = (key) => (goesOn ? (now[key] - before[key]) / (time - before.time) : null);
      this.push(time, rate("read"), rate("delivered"), typeof status.lag === "number" ? status.lag : null);
      this.last = now;
    }

    // Nothing is known of this time: a gap.
    gap(time) {
      if (this.last && time > this.last.time) this.push(time, null, null, null);
      this.last = null;
    }

    push(time, inward, outward, lag) {
      this.times.push(time);
      this.in.push(inward);
      this.out.push(outward);
      this.lag.push(lag);
      for (const list of [this.times, this.in, this.out, this.lag]) if (list.length > points) list.shift();
    }

    // The mean of the last few seconds, which a person can read; null when nothing is known.
    now(key, seconds = 5) {
      const from = (this.times.at(-1) ?? 0) - seconds;
      const values = this[key].filter((value, i) => value !== null && this.times[i] > from);
      return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
    }
  }

  // `12.3 k`, for numbers that change while one looks.
  function short(number) {
    if (number === null || number === undefined) return "–";
    const size = Math.abs(number);
    if (size >= 1e9) return `${(number / 1e9).toFixed(1)} G`;
    if (size >= 1e6) return `${(number / 1e6).toFixed(1)} M`;
    if (size >= 1e4) return `${(number / 1e3).toFixed(1)} k`;
    return size >= 100 || Number.isInteger(number) ? String(Math.round(number)) : number.toFixed(1);
  }

  return { History, short };
})();
