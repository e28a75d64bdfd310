// SPDX-License-Identifier: Apache-2.0
// The form of a connector, made from its schema with Jedison.
//
// Each option is a text field, a list of choices or, for lists, an area with a value a line: what is
// left empty is not given, and says nothing in the outputs. A value is checked against the option's
// own schema by the library's validator. Errors show beside fields that were touched.
"use strict";
sluice.form = (() => {
  const { schema: schemas, el } = sluice;

  // Jedison takes its fields out of the page and puts them back at each change, which would cost
  // the focus. What is in its place stays there.
  class Fields extends Jedison.EditorObject {
    static resolves(schema) {
      return schema.type === "object";
    }
    refreshEditors() {
      const slot = this.control.childrenSlot;
      const wanted = this.instance.children.map((child) => child.ui.control.container);
      const same = wanted.length === slot.children.length && wanted.every((one, i) => one === slot.children[i]);
      if (!same) super.refreshEditors();
    }
  }

  // A field's part of the schema that Jedison shows.
  function field(option) {
    const marks = option.required ? " (required)" : "";
    const range = schemas.rangeText(option.schema);
    const hints = [option.description];
    const shown = schemas.defaultText(option.default, option.schema);
    if (option.kind === "list") hints.push("One a line.");
    if (option.kind === "map") hints.push("One `key: value` a line.");
    if (range) hints.push(`Range: ${range}.`);
    if (option.secret) hints.push("It goes into the secrets, never into the YAML file.");
    const out = { type: "string", title: (option.title ?? option.name) + marks, description: sluice.inline(hints.filter(Boolean).join(" ")).innerHTML, "x-checked": option.name };
    const attributes = { autocomplete: "off", spellcheck: "false" };
    if (option.required) attributes["aria-required"] = "true";
    if (option.kind === "choice" || option.kind === "switch") {
      const values = option.kind === "switch" ? ["true", "false"] : option.schema.enum.map(String);
      const titles = option.kind === "switch" ? ["yes", "no"] : values;
      out.enum = ["", ...values];
      out["x-enumTitles"] = [shown ? `default: ${shown}` : "not given", ...titles];
      delete attributes.autocomplete;
      delete attributes.spellcheck;
    } else if (option.kind === "list" || option.kind === "map") {
      out["x-format"] = "textarea";
      attributes.rows = "2";
      if (shown) attributes.placeholder = shown;
    } else {
      if (option.secret) {
        out["x-format"] = "password";
        attributes.autocomplete = "new-password";
      }
      if (shown) attributes.placeholder = shown;
    }
    out["x-inputAttributes"] = attributes;
    return out;
  }

  // What is wrong with the text of a field, in words; `validate` is the library's validator.
  function problems(option, text, validate) {
    const value = schemas.value(option, text);
    if (value === undefined) return option.required ? ["This is required."] : [];
    const found = [];
    const check = (schema, one, where) => {
      const more = schemas.beyond(schema, one);
      const said = more.length ? more : validate(one, schema).map((error) => words(error, schema));
      found.push(...said.map((message) => where + message));
    };
    if (option.kind === "list") {
      const items = schemas.given(schemas.asList(option.schema.items)[0] ?? {});
      value.forEach((one, i) => check(items, one, value.length > 1 ? `Line ${i + 1}: ` : ""));
    } else if (option.kind === "map") {
      for (const [key, one] of Object.entries(value)) {
        if (key === "") found.push("A line has no key: write key: value.");
        else if (one === undefined) found.push(`“${key}” has no value: write key: value.`);
      }
    } else {
      check(option.schema, value, "");
    }
    return [...new Set(found)];
  }

  function words(error, schema) {
    const own = ["type", "pattern", "format"].includes(error.constraint) ? schemas.hint(schema) : "";
    return own || error.messages.join(" ");
  }

  // The form. `changed` is called at the start and after each change with
  // {texts: Map name -> text, problems: [{option, messages}]}.
  function make(groups, changed) {
    const options = new Map(groups.flatMap((group) => group.options).map((option) => [option.name, option]));
    const touched = new Set();
    let editors = [];

    const checked = ({ value, schema, path, validator }) => {
      const option = options.get(schema["x-checked"]);
      const messages = problems(option, value, (one, of) => validator.getErrors(one, of, option.key, path));
      return messages.length ? [{ type: "error", path, constraint: "x-checked", messages }] : [];
    };

    const texts = () => new Map(editors.flatMap((editor) => Object.entries(editor.getValue())));

    // Two of a group that excludes itself.
    function conflicts(all) {
      const isGiven = (name) => (all.get(name) ?? "").trim() !== "";
      const found = new Map();
      for (const option of options.values()) {
        const others = isGiven(option.name) ? option.excludes.filter(isGiven) : [];
        if (others.length) found.set(option.name, `Not together with ${others.join(", ")}: leave all but one empty.`);
      }
      return found;
    }

    function refresh() {
      const all = texts();
      const clashes = conflicts(all);
      const found = [];
      for (const editor of editors) {
        const errors = editor.getErrors().filter((error) => error.constraint === "x-checked");
        for (const [name, message] of clashes) {
          const path = `#/${name}`;
          if (editor.getInstance(path)) errors.push({ type: "error", path, constraint: "x-checked", messages: [message] });
        }
        for (const error of errors) found.push({ option: options.get(error.path.slice(2)), messages: error.messages });
        const shown = errors.filter((error) => touched.has(error.path.slice(2)) || clashes.has(error.path.slice(2)));
        editor.showValidationErrors(shown);
      }
      changed({ texts: all, problems: found });
    }

    const form = el("form", { class: "fields", novalidate: true, autocomplete: "off" });
    form.addEventListener("submit", (event) => event.preventDefault());
    editors = groups.map((group, i) => {
      const container = el("div", { class: "jedison" });
      const place = group.folded
        ? el("details", {}, el("summary", {}, group.title, el("span", { class: "soft small" }, ` ${group.options.length} options`)), container)
        : el("section", {}, el("h3", {}, group.title), container);
      form.append(place);
      const editor = new Jedison.Create({
        container,
        theme: new Jedison.Theme(),
        schema: {
          type: "object",
          title: group.title,
          "x-titleHidden": true,
          properties: Object.fromEntries(group.options.map((option) => [option.name, field(option)])),
        },
        id: `form${i}`,
        hiddenInputAttributes: { id: `form${i}-json`, name: `form${i}-json` },
        showErrors: "input",
        useConstraintAttributes: false,
        purifyData: false, // values are never HTML
        enforceEnum: false,
        objectAdd: false,
        constraints: { "x-checked": checked },
        customEditors: [Fields],
      });
      editor.on("change", refresh);
      return editor;
    });
    form.addEventListener("focusout", (event) => touch(event.target));
    form.addEventListener("input", (event) => touch(event.target));
    function touch(target) {
      const path = target.closest?.("[data-path]")?.dataset.path;
      if (!path || touched.has(path.slice(2))) return;
      touched.add(path.slice(2));
      refresh();
    }
    refresh();

    return {
      form,
      // Shows what is wrong everywhere, and takes the reader to the first place.
      showAll() {
        for (const name of options.keys()) touched.add(name);
        refresh();
        const first = form.querySelector("[aria-invalid=true]");
        first?.closest("details")?.setAttribute("open", "");
        first?.focus();
      },
      restart: refresh,
    };
  }

  return { make };
})();
