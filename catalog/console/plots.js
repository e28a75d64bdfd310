// SPDX-License-Identifier: Apache-2.0
// The plots of one connector: rates in and out, and lag. Colours are those of the page.
"use strict";
const plots = (() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const all = new Set();
  const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hourCycle: "h23" });

  function options(width, series) {
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    return {
      width,
      height: 150,
      cursor: { show: false },
      legend: { show: false },
      padding: [8, 30, 0, 0],
      scales: { y: { range: (_, low, high) => [0, Math.max(1, (high ?? 0) * 1.1)] } },
      axes: [{ ...axis, space: 90, size: 30, values: (_, times) => times.map(clock) }, { ...axis, size: 52, values: (_, values) => values.map(rates.short) }],
      series: [{}, ...series.map(({ label, colour: name, dash }) => ({ label, stroke: colour(name), width: 2, dash, points: { show: false } }))],
    };
  }

  // A plot in `place`; `data()` returns uPlot's columns.
  class Plot {
    constructor(place, series, data) {
      Object.assign(this, { place, series, data });
      this.watch = new ResizeObserver(() => this.fit());
      this.watch.observe(place);
      all.add(this);
    }
    fit() {
      const width = Math.floor(this.place.clientWidth);
      if (!width) return;
      if (this.plot) this.plot.setSize({ width, height: 150 });
      else this.draw(width);
    }
    draw(width) {
      this.plot?.destroy();
      this.plot = new uPlot(options(width, this.series), this.data(), this.place);
    }
    update() {
      this.plot?.setData(this.data());
    }
    recolour() {
      if (this.plot) this.draw(this.plot.width);
    }
    remove() {
      this.watch.disconnect();
      this.plot?.destroy();
      all.delete(this);
    }
  }
  document.addEventListener("sluice-theme", () => all.forEach((plot) => plot.recolour()));
  return { Plot };
})();
