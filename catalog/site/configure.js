// SPDX-License-Identifier: Apache-2.0
// The part of a connector's page that writes its configuration: form on one side, what it writes on
// the other, live. While something is missing or wrong there is no output, but what to do.
"use strict";
sluice.configure = (() => {
  const { el, schema: schemas, outputs } = sluice;

  const text = (name, description, schema, more = {}) => ({
    name: `meta.${name}`, path: [name], key: name, kind: "text", schema: { type: "string", ...schema }, description, excludes: [], secret: false, ...more,
  });

  // What is not in the schema of a connector, but in every configuration.
  const head = (entry) => [
    text("topic", entry.direction === "Source" ? "Topic that is written; it is made when it is missing." : "Topic that is read.", {
      pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", "x-hint": "Write small letters, digits and dashes.",
    }, { required: true }),
    text("name", "Name of this instance: of its logs and of its place in the topic.", {
      pattern: "^[a-z0-9]([-a-z0-9]{0,48}[a-z0-9])?$", "x-hint": "Write at most 50 small letters, digits and dashes.",
    }, { default: entry.name }),
    text("profile", "On Kubernetes only: the ConfigMap with the Fluvio profile.", {
      pattern: "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$", "x-hint": "Write small letters, digits, dots and dashes.",
    }, { default: "fluvio-config-map", title: "profile" }),
  ];

  // Options that every connector of the kit has, word for word.
  function isCommon(option, entry, catalog) {
    const kit = catalog.connectors.filter((other) => other.kit && other.name !== entry.name);
    const mine = JSON.stringify(entry.schema.properties[option.path[0]]);
    return entry.kit && kit.length > 0 && kit.every((other) => JSON.stringify(other.schema.properties?.[option.path[0]]) === mine);
  }

  // What belongs together: what is needed (`before` first), the rest, and what others have as well.
  function groups(entry, catalog, before) {
    const all = schemas.options(entry.schema);
    const common = all.filter((option) => !option.required && isCommon(option, entry, catalog));
    const own = all.filter((option) => !common.includes(option));
    const required = own.filter((option) => option.required);
    const rest = own.filter((option) => !option.required);
    return [
      { title: "Needed", options: [...before, ...required] },
      { title: "Optional", options: rest, folded: rest.length > 40 },
      { title: "SmartModules, and what every connector has", options: common, folded: true },
    ].filter((group) => group.options.length);
  }

  // What the texts of the form say, for sluice.outputs.
  function made(entry, all, texts, secretValues) {
    const out = { entry, values: [], secrets: [] };
    const of = (name, otherwise) => texts.get(`meta.${name}`)?.trim() || otherwise;
    Object.assign(out, { name: of("name", entry.name), topic: of("topic", ""), profileMap: of("profile", "fluvio-config-map") });
    for (const option of all) {
      if (option.name.startsWith("meta.")) continue;
      const written = texts.get(option.name) ?? "";
      const value = schemas.value(option, written);
      if (value === undefined) continue;
      const isSecret = option.secret && !/\$\{\{/.test(written);
      if (isSecret && written.trim() === "") continue;
      if (isSecret) out.secrets.push({ option, name: outputs.secretName(option), value: written.trim() });
      else out.values.push([option, value]);
    }
    out.asked = outputs.namesIn(out.values).filter((name) => !out.secrets.some((secret) => secret.name === name));
    out.asked = [...new Set(out.asked)];
    out.given = out.asked.map((name) => ({ name, value: (secretValues.get(name) ?? "").trim() }));
    return out;
  }

  function show(entry, catalog) {
    const parts = groups(entry, catalog, head(entry));
    const all = parts.flatMap((group) => group.options);
    const secretValues = new Map();
    const secretFields = el("fieldset", { class: "secrets", hidden: true }, el("legend", {}, "Values of the secrets that you name"));
    let form = null;
    const views = outputViews(() => form?.showAll());

    function changed({ texts, problems }) {
      const config = made(entry, all, texts, secretValues);
      askFor(config.asked);
      views.update(config, problems);
    }

    function askFor(names) {
      const shown = [...secretFields.querySelectorAll("input")].map((input) => input.dataset.secret);
      if (names.join() !== shown.join()) {
        for (const old of secretFields.querySelectorAll("label")) old.remove();
        for (const name of names) {
          const input = el("input", { type: "password", autocomplete: "new-password", "data-secret": name });
          input.value = secretValues.get(name) ?? "";
          input.addEventListener("input", () => {
            secretValues.set(name, input.value);
            form.restart();
          });
          secretFields.append(el("label", {}, el("span", { class: "jedi-title" }, name), input));
        }
      }
      secretFields.hidden = names.length === 0;
    }

    form = sluice.form.make(parts, changed);
    return el("div", { class: "configure" }, el("div", { class: "configure-form" }, form.form, secretFields), views.element);
  }

  // The outputs as tabs.
  function outputViews(showProblems) {
    const kinds = [
      { id: "yaml", title: "YAML", file: "config.yaml", text: outputs.yaml },
      { id: "command", title: "Command line", file: "a shell", text: outputs.command },
      { id: "manifest", title: "Kubernetes", file: "manifest.yaml", text: (config) => outputs.manifest({ ...config, secrets: allSecrets(config) }) },
      { id: "secrets", title: "Secrets file", file: "secrets", text: (config) => outputs.secretsFile({ secrets: allSecrets(config) }) },
    ];
    const allSecrets = (config) => [...config.secrets, ...config.given];
    const tabs = el("div", { role: "tablist", "aria-label": "Outputs", class: "tabs" });
    const said = el("p", { role: "status", class: "visually-hidden" });
    const element = el("section", { class: "outputs", "aria-labelledby": "outputs-title" }, el("h3", { id: "outputs-title" }, "What to use"), tabs, said);

    function choose(kind, focus) {
      for (const other of kinds) {
        const is = other === kind;
        other.tab.setAttribute("aria-selected", String(is));
        other.tab.tabIndex = is ? 0 : -1;
        other.panel.hidden = !is;
      }
      if (focus) kind.tab.focus();
    }

    for (const kind of kinds) {
      kind.tab = el("button", { type: "button", role: "tab", id: `tab-${kind.id}`, "aria-controls": `panel-${kind.id}` }, kind.title);
      kind.tab.addEventListener("click", () => choose(kind, false));
      kind.note = el("p", { class: "small soft" });
      kind.pre = el("pre", { tabindex: "0", "aria-label": kind.title, "data-output": kind.id });
      kind.missing = el("div", { class: "missing" });
      kind.copy = sluice.copyButton(kind.title, () => kind.pre.textContent);
      kind.ready = el("div", {}, el("div", { class: "output-head" }, kind.note, kind.copy), kind.pre);
      kind.panel = el("div", { role: "tabpanel", id: `panel-${kind.id}`, "aria-labelledby": `tab-${kind.id}` }, kind.ready, kind.missing);
      tabs.append(kind.tab);
      element.append(kind.panel);
    }
    tabs.addEventListener("keydown", (event) => {
      const shown = kinds.filter((kind) => !kind.tab.hidden);
      const now = shown.findIndex((kind) => kind.tab === document.activeElement);
      const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: shown.length - 1 }[event.key];
      if (to === undefined || now < 0) return;
      event.preventDefault();
      choose(shown[(to + shown.length) % shown.length], true);
    });
    choose(kinds[0], false);

    function update(config, problems) {
      const lines = problems.map(({ option, messages }) => `${option.title ?? option.name}: ${messages.join(" ")}`);
      const unknown = config.given.filter(({ value }) => value === "").map(({ name }) => `secret ${name}: Its value is needed here.`);
      const noImage = config.entry.image ? [] : ["image: This connector has none."];
      for (const kind of kinds) {
        const needsSecrets = kind.id === "manifest" || kind.id === "secrets";
        fill(kind, config, [...lines, ...(needsSecrets ? unknown : []), ...(kind.id === "manifest" ? noImage : [])]);
      }
      const secretsTab = kinds.find((kind) => kind.id === "secrets");
      secretsTab.tab.hidden = allSecrets(config).length === 0;
      if (secretsTab.tab.hidden && !secretsTab.panel.hidden) choose(kinds[0], false);
      const now = lines.length ? `${lines.length} ${lines.length === 1 ? "thing is" : "things are"} missing or wrong` : "The configuration is complete";
      if (said.textContent !== now) said.textContent = now;
    }

    function fill(kind, config, lines) {
      kind.ready.hidden = lines.length > 0;
      kind.missing.hidden = lines.length === 0;
      if (lines.length === 0) {
        kind.pre.textContent = kind.text(config);
        kind.note.textContent = note(kind, config);
        return;
      }
      kind.pre.textContent = "";
      kind.missing.replaceChildren(
        el("p", {}, "Nothing to copy yet. Still missing or wrong:"),
        el("ul", {}, lines.map((line) => el("li", {}, el("code", {}, line.slice(0, line.indexOf(":"))), line.slice(line.indexOf(":"))))),
        el("button", { type: "button", onclick: showProblems }, "Show me where"),
      );
    }
    return { element, update };
  }

  function note(kind, config) {
    const names = [...config.secrets, ...config.given].map(({ name }) => name).join(", ");
    if (kind.id === "yaml") {
      const secrets = config.secrets.length + config.given.length ? " --secrets secrets" : "";
      return `Save as config.yaml, then: ${config.entry.kit ? `${config.entry.name} --config config.yaml${secrets}` : "sluice run config.yaml"}`;
    }
    if (kind.id === "command" && names) return `Set ${names} in the environment first.`;
    if (kind.id === "manifest") return `kubectl apply -f manifest.yaml`;
    if (kind.id === "secrets") return "Save as secrets, readable by you alone.";
    return "";
  }

  return { show, groups, made };
})();
