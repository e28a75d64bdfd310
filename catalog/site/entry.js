// SPDX-License-Identifier: Apache-2.0
// The page of one connector or SmartModule.
"use strict";
(() => {
  const { el, inline, schema: schemas } = sluice;
  const [folder, name] = document.documentElement.dataset.entry.split("/");

  // A README is text of others: Markdown, and nothing that runs or is loaded from elsewhere.
  function readme(text) {
    const html = sluice.markdown().parse(text.replace(/^\s*# .*\n/, ""));
    const clean = DOMPurify.sanitize(html, {
      RETURN_DOM_FRAGMENT: true,
      USE_PROFILES: { html: true },
      FORBID_TAGS: ["style", "form", "input", "button", "img", "picture", "video", "audio", "source"],
      FORBID_ATTR: ["style", "class", "id", "name"],
    });
    for (const link of clean.querySelectorAll("a[href]")) {
      const href = link.getAttribute("href");
      // What is relative leads into the source tree, which is not here.
      if (!/^https?:\/\//.test(href)) link.removeAttribute("href");
      else link.rel = "noopener noreferrer";
    }
    // Below the page's own headings.
    for (const heading of clean.querySelectorAll("h1, h2, h3, h4")) {
      const lower = el(`h${Math.min(6, Number(heading.tagName[1]) + 1)}`);
      lower.append(...heading.childNodes);
      heading.replaceWith(lower);
    }
    for (const wide of clean.querySelectorAll("pre")) wide.tabIndex = 0;
    for (const [i, table] of [...clean.querySelectorAll("table")].entries()) {
      const box = el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `Table ${i + 1}` });
      table.replaceWith(box);
      box.append(table);
    }
    return el("div", { class: "readme" }, clean);
  }

  function facts(rows) {
    return el("dl", { class: "facts" }, rows.filter(([, value]) => value != null && value !== "").flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
  }
  const code = (text) => el("code", {}, text);
  const section = (id, title, ...content) => el("section", { "aria-labelledby": id }, el("h2", { id }, title), content);

  function optionRow(option) {
    const yaml = option.path.join(".");
    const about = el("td", { role: "cell" }, inline(option.description));
    if (option.kind === "choice") about.append(" ", el("span", { class: "soft" }, "One of ", option.schema.enum.flatMap((one, i) => [i ? ", " : "", code(String(one))]), "."));
    if (option.excludes.length) about.append(" ", el("span", { class: "soft" }, "Not together with ", option.excludes.flatMap((one, i) => [i ? ", " : "", code(one)]), "."));
    const marks = el("div", { class: "tags" }, option.required ? el("span", { class: "tag accent" }, "required") : null, option.secret ? el("span", { class: "tag warn" }, "secret") : null);
    const range = schemas.rangeText(option.schema) || schemas.schemes(option.schema).map((scheme) => `${scheme}://`).join(" ");
    const shown = schemas.defaultText(option.default, option.schema);
    return el("tr", { role: "row", "data-option": yaml },
      el("th", { role: "rowheader", scope: "row" }, code(option.flag), el("div", { class: "soft small" }, code(yaml)), marks),
      el("td", { role: "cell", "data-label": "Type" }, schemas.typeText(option.schema), range ? el("div", { class: "soft small" }, range) : null),
      el("td", { role: "cell", "data-label": "Default" }, shown ? code(shown) : el("span", { class: "soft" }, "–")),
      about);
  }

  function optionsTable(entry, catalog) {
    const groups = sluice.configure.groups(entry, catalog, []);
    const options = groups.flatMap((group) => group.options);
    if (!options.length) return el("p", {}, "It has no options of its own.");
    const head = ["Option, and key in YAML", "Type", "Default", "Meaning"].map((title) => el("th", { role: "columnheader", scope: "col" }, title));
    const rows = options.map((option) => [option, optionRow(option)]);
    const body = ({ title, options: some }) => el("tbody", { role: "rowgroup" },
      el("tr", { role: "row", class: "group" }, el("th", { role: "rowheader", scope: "rowgroup", colspan: "4" }, title)),
      rows.filter(([option]) => some.includes(option)).map(([, row]) => row));
    const bodies = groups.map(body);
    const count = el("p", { class: "count small", role: "status" });
    const filter = el("input", { type: "search", id: "option-filter", autocomplete: "off" });
    const show = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [option, row] of rows) {
        const text = `${option.name} ${option.flag} ${option.description}`.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      for (const one of bodies) one.hidden = ![...one.querySelectorAll("[data-option]")].some((row) => !row.hidden);
      count.textContent = `${shown} of ${rows.length} options`;
    };
    filter.addEventListener("input", show);
    show();
    return [
      el("div", { class: "table-head" }, el("label", { for: "option-filter" }, "Find an option ", filter), count),
      el("table", { role: "table", class: "options" }, el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, head)), bodies),
    ];
  }

  function connector(entry, catalog) {
    const binary = entry.binary ? [sluice.bytes(entry.binary.bytes), el("div", { class: "small" }, "sha256 ", code(entry.binary.sha256))] : null;
    const isSource = entry.direction === "Source";
    return [
      el("div", { class: "tags" }, el("span", { class: "tag accent" }, isSource ? "source" : "sink"), el("span", { class: "tag" }, sluice.language(entry.language)), entry.kit ? el("span", { class: "tag good" }, "kit") : null),
      el("nav", { class: "jump", "aria-label": "On this page" }, el("a", { href: "#configure" }, "Configure"), el("a", { href: "#options" }, "Options"), el("a", { href: "#about" }, "About")),
      facts([
        ["Direction", isSource ? "source: from outside into a topic" : "sink: from a topic to the outside"],
        ["Version", entry.versions?.length > 1 ? `${entry.version} (all: ${entry.versions.join(", ")})` : entry.version],
        ["Image", entry.image ? el("span", { class: "copyable" }, code(entry.image), sluice.copyButton("image", () => entry.image)) : null],
        ["Group", entry.group], ["Licence", entry.license], ["Section in YAML", entry.section ? code(entry.section) : null], ["Source code", entry.folder ? code(entry.folder) : null], ["Program", binary],
      ]),
      section("configure", "Configure", el("p", { class: "soft" }, "Fill in what you need; what is left empty keeps its default. Nothing leaves this page."), sluice.configure.show(entry, catalog)),
      section("options", "Options", optionsTable(entry, catalog)),
      section("about", "About", readme(entry.readme ?? "")),
    ];
  }

  function smartmodule(entry) {
    const use = jsyaml.dump({ transforms: [{ uses: entry.name, ...(entry.params?.length ? { with: Object.fromEntries(entry.params.map((param) => [param.name, "…"])) } : {}) }] });
    const head = ["Parameter", "Meaning"].map((title) => el("th", { role: "columnheader", scope: "col" }, title));
    const rows = (entry.params ?? []).map((param) => el("tr", { role: "row", "data-option": param.name }, el("th", { role: "rowheader", scope: "row" }, code(param.name)), el("td", { role: "cell" }, inline(param.description ?? ""))));
    return [
      el("div", { class: "tags" }, el("span", { class: "tag accent" }, "SmartModule"), entry.kinds.map((kind) => el("span", { class: "tag" }, kind))),
      facts([["Version", entry.version], ["Kinds", entry.kinds.join(", ")], ["Source code", entry.folder ? code(entry.folder) : null], ["Module", entry.wasm ? [sluice.bytes(entry.wasm.bytes), el("div", { class: "small" }, "sha256 ", code(entry.wasm.sha256))] : null]]),
      section("use", "Use", el("p", { class: "soft" }, "In the YAML file of any connector:"), el("div", { class: "output-head" }, el("span"), sluice.copyButton("YAML", () => use)), el("pre", { tabindex: "0", "data-output": "use" }, use)),
      section("options", "Parameters", rows.length ? el("table", { role: "table", class: "options params" }, el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, head)), el("tbody", { role: "rowgroup" }, rows)) : el("p", {}, "It has none.")),
      entry.readme ? section("about", "About", readme(entry.readme)) : null,
    ];
  }

  sluice.start((catalog) => {
    const entry = catalog[folder]?.find((one) => one.name === name);
    if (!entry) throw new Error(`catalog.json has no “${name}” among its ${folder}`);
    document.querySelector("[data-body]").replaceChildren(...(folder === "connectors" ? connector(entry, catalog) : smartmodule(entry)).filter(Boolean));
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  });
})();
