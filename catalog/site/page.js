// SPDX-License-Identifier: Apache-2.0
// What each page of the catalog needs: the catalog itself, elements, copy buttons.
"use strict";
const sluice = {
  // Where the site begins, as this page sees it: "" or "../".
  root: document.documentElement.dataset.root ?? "",

  // el("a", {href: "x", class: "y", "data-z": ""}, "text", child, ...)
  el(name, attributes = {}, ...children) {
    const out = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) out.addEventListener(key.slice(2), value);
      else if (value === true) out.setAttribute(key, "");
      else if (value !== false && value != null) out.setAttribute(key, value);
    }
    out.append(...children.flat(Infinity).filter((child) => child != null));
    return out;
  },

  // The catalog. A page that was opened as a file may load scripts only.
  async load() {
    try {
      if (location.protocol === "file:") throw new Error("no fetch of files");
      const answer = await fetch(`${sluice.root}catalog.json`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return await answer.json();
    } catch {
      await new Promise((loaded, failed) => {
        const script = sluice.el("script", { src: `${sluice.root}catalog.js` });
        script.addEventListener("load", loaded);
        script.addEventListener("error", () => failed(new Error("neither catalog.json nor catalog.js could be loaded")));
        document.head.append(script);
      });
      return window.sluiceCatalog;
    }
  },

  // Loads the catalog and shows it; what goes wrong is said on the page.
  async start(show) {
    const main = document.getElementById("main");
    try {
      const catalog = await sluice.load();
      if (catalog.format !== 1) throw new Error(`the catalog has format ${catalog.format}; this page reads format 1`);
      for (const place of document.querySelectorAll("[data-generator]")) place.textContent = `Made by ${catalog.generator}`;
      show(catalog);
    } catch (error) {
      for (const line of main.querySelectorAll("[role=status]")) line.remove();
      main.append(sluice.el("p", { class: "notice bad", role: "alert" }, `The catalog cannot be shown: ${error.message}.`));
      throw error;
    }
  },

  // A button that copies what `text()` returns, and says so.
  copyButton(label, text) {
    const said = sluice.el("span", { class: "visually-hidden", role: "status" });
    const button = sluice.el("button", { type: "button", class: "quiet copy", "aria-label": `Copy ${label}` }, "Copy");
    button.addEventListener("click", async () => {
      const done = await sluice.copy(text());
      button.textContent = done ? "Copied" : "Not copied";
      said.textContent = done ? `${label} copied` : `${label} could not be copied`;
      setTimeout(() => {
        button.textContent = "Copy";
        said.textContent = "";
      }, 2000);
    });
    return sluice.el("span", { class: "copy-place" }, button, said);
  },

  // Pages that are files have no clipboard of their own; the old way serves there.
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = sluice.el("textarea", { class: "visually-hidden", "aria-hidden": "true", tabindex: "-1" });
      area.value = text;
      const focused = document.activeElement;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      focused?.focus();
      return done;
    }
  },

  // Markdown without HTML in it: tags stay what they are, text.
  markdown() {
    if (sluice.marked) return sluice.marked;
    const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    sluice.marked = new marked.Marked({ gfm: true, renderer: { html: ({ text }) => escaped(text) } });
    return sluice.marked;
  },

  // Text of others with `code` in it.
  inline(text) {
    const out = sluice.el("span");
    out.append(DOMPurify.sanitize(sluice.markdown().parseInline(text), { RETURN_DOM_FRAGMENT: true, ALLOWED_TAGS: ["code", "em", "strong"], ALLOWED_ATTR: [] }));
    return out;
  },

  language: (word) => ({ cpp: "C++", python: "Python", shell: "Shell", rust: "Rust", other: "another" })[word] ?? word,

  bytes(count) {
    if (count < 1000) return `${count} B`;
    return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
  },
};
