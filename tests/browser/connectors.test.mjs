// SPDX-License-Identifier: Apache-2.0
// What the form writes, read by the connectors themselves (SLUICE_BIN, the built programs).
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { makeSite, openBrowser, openPage, programs, root, serve } from "./lib.mjs";

const run = promisify(execFile);

// The metadata of each program that understands `validate`, with what the site shows of it.
async function kitConnectors() {
  const found = [];
  for (const direction of ["sources", "sinks"]) {
    for (const folder of await readdir(path.join(root, "connectors", direction))) {
      const toml = await readFile(path.join(root, "connectors", direction, folder, "connector.toml"), "utf8").catch(() => "");
      const name = /^name = "(.*)"/m.exec(toml)?.[1];
      const section = /\[custom\]\s*name = "(.*)"/.exec(toml)?.[1];
      const printed = await run(path.join(programs, name ?? ""), ["metadata"]).catch(() => null);
      if (!printed) continue;
      const metadata = JSON.parse(printed.stdout);
      if (metadata.schema.$comment !== "sluice-kit 1") continue;
      const { schema, version, description } = metadata;
      found.push({ name, direction: metadata.direction, version, description, section, schema, language: "cpp", kit: true, image: `sluice/${name}:${version}`, versions: [version], readme: "", binary: null });
    }
  }
  return found;
}

// A valid text for an option that is required.
function required(option) {
  const { schema, kind } = option;
  if (schema.enum) return String(schema.enum[0]);
  const one = kind === "list" ? schema.items : schema;
  const scheme = /^\^\(([a-z0-9+.-]+)/.exec(one.pattern ?? "")?.[1];
  if (scheme) return `${scheme}://host.example`;
  // An address in the description is one that the program takes: people copy it from there.
  const example = /`([a-z0-9+.-]+:(?:\/\/[^` ]+|\d+))`/.exec(option.description)?.[1];
  if (example) return example;
  if (option.name.endsWith("bucket")) return "a-bucket";
  if (option.name === "slot") return "a_slot";
  if (one.format === "humantime") return "1s";
  if ([one.type].flat().includes("integer")) return String(Math.max(1, one.minimum ?? 1));
  return kind === "map" ? "a: b" : "a.b";
}

const connectors = await kitConnectors();
let browser, server, folder;
before(async () => {
  if (!connectors.length) return;
  folder = await mkdtemp(path.join(tmpdir(), "sluice-yaml-"));
  server = await serve(await makeSite({ format: 1, generator: "test", connectors, smartmodules: [] }));
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const entry of connectors) {
  test(`${entry.name} takes what the form writes, as YAML and as a command line`, async () => {
    const page = await openPage(browser, server.address);
    await page.goto(`${server.address}/connectors/${entry.name}.html`);
    await page.locator(".outputs").waitFor();
    const options = await page.evaluate((schema) => sluice.schema.options(schema), entry.schema);
    const texts = { "meta.topic": "a-topic" };
    for (const option of options.filter((one) => one.required)) texts[option.name] = required(option);
    await accepted(page, entry, texts);
    // Every default written out is what the program would have taken anyway.
    for (const { name, kind, schema, default: value } of options) {
      if (texts[name] !== undefined || value === undefined || value === null || value === "" || typeof value === "object") continue;
      texts[name] = schema.format === "byte-size" ? `${value} B` : String(value);
      if (kind === "list") texts[name] = value.join("\n");
    }
    await accepted(page, entry, texts);
    page.assertNoFaults();
    await page.context().close();
  });
}
if (!connectors.length) test("no built connector understands `validate`", { skip: `none in ${programs}` }, () => {});

// What the YAML takes from the environment, with the values that were typed.
function secretsOf(yaml, texts) {
  const values = Object.entries(texts).map(([name, text]) => [name.toUpperCase().replace(/[^A-Z0-9_]/g, "_"), text]);
  return Object.fromEntries(values.filter(([name]) => yaml.includes(`secrets.${name} }`)));
}

async function accepted(page, entry, texts) {
  await page.evaluate((all) => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const [name, text] of Object.entries(all)) {
      const input = document.querySelector(`[data-path="#/${name}"]`).querySelector("input, select, textarea");
      if (input.value === text) continue;
      input.value = text;
      input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
    }
  }, texts);
  const yaml = await page.locator("[data-output=yaml]").textContent();
  assert.notEqual(yaml, "", await page.locator("#panel-yaml .missing").innerText());
  const program = path.join(programs, entry.name);
  const file = path.join(folder, `${entry.name}.yaml`);
  await writeFile(file, yaml);
  const env = { ...process.env, ...secretsOf(yaml, texts), PROGRAM: program };
  await run(program, ["validate", "--config", file], { env }).catch((error) => assert.fail(`${error.stderr}\n${yaml}`));
  const command = await page.locator("[data-output=command]").textContent();
  const line = command.replace(entry.name, `"$PROGRAM" validate`);
  await run("sh", ["-c", line], { env }).catch((error) => assert.fail(`${error.stderr}\n${command}`));
}
