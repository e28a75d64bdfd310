// SPDX-License-Identifier: Apache-2.0
// The first page: search, filters, a card for each entry. What is chosen is in the address, so that
// it can be shared, and comes back with the Back button.
"use strict";
(() => {
  const { el } = sluice;
  const kinds = { all: "All", source: "Sources", sink: "Sinks", smartmodule: "SmartModules" };

  function entries(catalog) {
    const connectors = catalog.connectors.map((entry) => ({
      ...entry, id: `connectors/${entry.name}`, kind: entry.direction.toLowerCase(),
      options: Object.entries(entry.schema.properties ?? {}).map(([key, one]) => `${key} ${key.replaceAll("_", " ")} ${one.description ?? ""}`).join(" "),
    }));
    const modules = catalog.smartmodules.map((entry) => ({
      ...entry, id: `smartmodules/${entry.name}`, kind: "smartmodule", language: "cpp", kit: true,
      options: [...entry.kinds, ...(entry.params ?? []).map((param) => `${param.name} ${param.description ?? ""}`)].join(" "),
    }));
    return [...connectors, ...modules];
  }

  function card(entry) {
    return el("li", { class: "card", "data-entry": entry.id },
      el("div", { class: "tags" },
        el("span", { class: "tag accent" }, entry.kind === "smartmodule" ? "SmartModule" : entry.kind),
        (entry.kinds ?? []).map((kind) => el("span", { class: "tag" }, kind)),
        entry.kind === "smartmodule" ? null : el("span", { class: "tag" }, sluice.language(entry.language)),
        entry.kit && entry.kind !== "smartmodule" ? el("span", { class: "tag good" }, "kit") : null),
      el("h2", {}, el("a", { href: `${entry.id}.html` }, entry.name)),
      el("p", {}, entry.description),
      el("p", { class: "soft small" }, `Version ${entry.version}`));
  }

  sluice.start((catalog) => {
    const all = entries(catalog);
    const find = {
      search: document.getElementById("search"),
      kind: document.querySelector("[data-choice=kind]"),
      language: document.querySelector("[data-choice=language]"),
      kit: document.querySelector("[data-choice=kit]"),
    };
    const cards = document.querySelector("[data-cards]");
    const count = document.querySelector("[data-count]");
    const index = new MiniSearch({
      fields: ["name", "description", "options"],
      tokenize: (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean),
      searchOptions: { prefix: true, combineWith: "AND", fuzzy: (term) => (term.length > 4 ? 0.2 : false), boost: { name: 5, description: 2 } },
    });
    index.addAll(all);

    for (const [value, title] of Object.entries(kinds)) {
      const input = el("input", { type: "radio", name: "kind", value, id: `kind-${value}` });
      find.kind.append(el("label", { for: `kind-${value}` }, input, ` ${title}`));
    }
    const languages = [...new Set(all.map((entry) => entry.language))].sort();
    find.language.append(el("option", { value: "" }, "any"), ...languages.map((one) => el("option", { value: one }, sluice.language(one))));

    const state = new URLSearchParams(location.search);
    find.search.value = state.get("q") ?? "";
    find.language.value = languages.includes(state.get("language")) ? state.get("language") : "";
    find.kit.checked = state.get("kit") === "1";
    (document.getElementById(`kind-${state.get("kind")}`) ?? document.getElementById("kind-all")).checked = true;

    function show() {
      const words = find.search.value.trim();
      const kind = find.kind.querySelector(":checked").value;
      const ranked = words ? index.search(words).map((hit) => all.find((entry) => entry.id === hit.id)) : all;
      const shown = ranked.filter((entry) => (kind === "all" || entry.kind === kind) && (!find.language.value || entry.language === find.language.value) && (!find.kit.checked || entry.kit));
      cards.replaceChildren(...shown.map(card));
      count.textContent = shown.length ? `${shown.length} of ${all.length}` : "Nothing fits. Try another word, or fewer filters.";
      remember({ q: words, kind: kind === "all" ? "" : kind, language: find.language.value, kit: find.kit.checked ? "1" : "" });
    }

    function remember(values) {
      const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
      try {
        history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
      } catch {
        // Pages that are files may not change their address.
      }
    }

    const form = document.querySelector("[data-finder]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (cards.children.length === 1) cards.querySelector("a").click();
    });
    form.addEventListener("input", show);
    show();
  });
})();
