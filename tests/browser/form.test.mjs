// SPDX-License-Identifier: Apache-2.0
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { axe, eventually, makeSite, openBrowser, openPage, root, screenshot, serve } from "./lib.mjs";

let server, browser;
before(async () => {
  server = await serve(await makeSite());
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function on(name, use, options) {
  const page = await openPage(browser, server.address, options);
  try {
    await page.goto(`${server.address}/connectors/${name}.html`);
    await page.locator(".outputs").waitFor();
    await use(page);
    page.assertNoFaults();
  } finally {
    await page.context().close();
  }
}
// A field by the key of its option.
const field = (page, key) => page.locator(`[data-path="#/${key}"]`).locator("input, select, textarea");
const messages = (page, key) => page.locator(`[data-path="#/${key}"] .jedi-messages-slot`);
const output = (page, id) => page.locator(`[data-output=${id}]`);
const expected = (name) => readFile(path.join(root, "tests/browser/data", name), "utf8");

// What is said stays for two seconds, and may be gone when we come to look.
async function hears(page, text, act) {
  await page.evaluate((wanted) => {
    window.heard = false;
    const look = () => (window.heard ||= [...document.querySelectorAll("[role=status]")].some((one) => one.textContent === wanted));
    new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true });
  }, text);
  await act();
  await eventually(async () => assert.ok(await page.evaluate(() => window.heard)));
}

async function fillMqtt(page) {
  await field(page, "meta.topic").fill("telemetry");
  await field(page, "meta.name").fill("plant-1");
  await field(page, "topic").fill("plant/+/t\n$share/in/plant/#");
  await field(page, "url").fill("mqtts://broker:8883");
  await field(page, "qos").fill("2");
  await field(page, "max_packet_size").fill("1 MiB");
  await field(page, "clean_session").selectOption("true");
  await field(page, "payload_output_type").selectOption("json");
  await field(page, "user").fill("it's me");
  await field(page, "password").fill("a: #b");
}

describe("while something is missing or wrong", () => {
  test("there is no output but what is missing, and one button leads there", () =>
    on("mqtt-source", async (page) => {
      assert.equal(await output(page, "yaml").isVisible(), false);
      assert.equal(await output(page, "yaml").textContent(), "");
      const missing = await page.locator("#panel-yaml .missing").innerText();
      assert.match(missing, /meta\.topic: This is required\.[\s\S]*topic: This is required\.[\s\S]*url: This is required\./);
      assert.equal(await page.getByRole("button", { name: "Copy YAML" }).isVisible(), false);
      await page.getByRole("button", { name: "Show me where" }).click();
      assert.equal(await page.evaluate(() => document.activeElement.closest("[data-path]").dataset.path), "#/meta.topic");
      assert.match(await messages(page, "url").innerText(), /This is required/);
      await screenshot(page, "site-form-missing");
    }));

  test("an error is beside its field and tied to it, and there is no output until it is right", () =>
    on("sample-source", async (page) => {
      await field(page, "meta.topic").fill("t");
      await field(page, "endpoint").fill("http://x");
      for (const [key, wrong, text, right = ""] of [
        ["endpoint", "ftp://x", /Write an address that begins with http:\/\/, https:\/\//, "http://x"],
        ["port", "0", /at least 1/],
        ["port", "70000", /from 0 to 65535/],
        ["port", "many", /Write a whole number/],
        ["qos", "3", /at most 2/],
        ["ratio", "x", /Write a number/],
        ["interval", "5", /duration with its unit/],
        ["interval", "5 parsecs", /duration/, "5 ms"],
        ["fetch_max_bytes", "512 B", /at least 1 KiB/],
        ["fetch_max_bytes", "1 cat", /Write a size/, "1.5 MB"],
        ["headers", "Good: 1\nbad", /Line 2: Write a header/, "Good: 1"],
        ["mapping", "{", /This is not JSON/, "{}"],
        ["option", "novalue", /has no value/],
        ["option", ": v", /has no key/, "no: value"],
        ["meta.topic", "Big", /small letters/, "t"],
      ]) {
        await output(page, "yaml").waitFor({ state: "visible" });
        await field(page, key).fill(wrong);
        assert.match(await messages(page, key).innerText(), text);
        assert.equal(await field(page, key).getAttribute("aria-invalid"), "true");
        const described = (await field(page, key).getAttribute("aria-describedby")).split(" ");
        assert.ok(described.includes(await messages(page, key).getAttribute("id")));
        for (const id of ["yaml", "command", "manifest"]) assert.equal(await output(page, id).textContent(), "");
        await field(page, key).fill(right);
        assert.equal(await messages(page, key).innerText(), "");
      }
    }));

  test("two options that exclude each other are named at both", () =>
    on("sample-source", async (page) => {
      await field(page, "smartstream_map").fill("a");
      await field(page, "smartstream_filter").fill("b");
      assert.match(await messages(page, "smartstream_map").innerText(), /Not together with smartstream_filter/);
      assert.match(await messages(page, "smartstream_filter").innerText(), /Not together with smartstream_map/);
      await field(page, "smartstream_map").fill("");
      assert.equal(await messages(page, "smartstream_filter").innerText(), "");
    }));
});

describe("the outputs", () => {
  test("YAML, command line, manifest and secrets are as they should be", () =>
    on("mqtt-source", async (page) => {
      await fillMqtt(page);
      for (const [id, file] of [["yaml", "mqtt.yaml"], ["command", "mqtt.sh"], ["manifest", "mqtt.k8s.yaml"], ["secrets", "mqtt.secrets"]]) {
        assert.equal(await output(page, id).textContent(), await expected(file), file);
      }
      assert.deepEqual(await axe(page), []);
      await page.evaluate(() => document.querySelector("#configure").scrollIntoView());
      await screenshot(page, "site-form-complete");
    }));

  test("what is left empty is in none of them; what was given and taken away neither", () =>
    on("sample-source", async (page) => {
      await field(page, "meta.topic").fill("t");
      await field(page, "endpoint").fill("http://x");
      await field(page, "count").fill("5");
      await field(page, "count").fill("");
      assert.match(await output(page, "yaml").textContent(), /^sample:\n {2}endpoint: http:\/\/x\n$/m);
      assert.equal(await output(page, "command").textContent(), "sample-source \\\n  --fluvio-topic=t \\\n  --endpoint=http://x\n");
    }));

  test("texts that look like something else stay texts", () =>
    on("sample-source", async (page) => {
      await field(page, "meta.topic").fill("t");
      await field(page, "endpoint").fill("http://x");
      await field(page, "body").fill("<b>yes: 'no' #1</b>");
      await field(page, "output_format").fill("-1");
      await field(page, "headers").fill("Accept: a\nX-Y: 012");
      await field(page, "option").fill("a: b: c");
      await field(page, "websocket_config.ping_interval_ms").fill("500");
      await field(page, "verify").selectOption("false");
      const yaml = await output(page, "yaml").textContent();
      const read = await page.evaluate((text) => jsyaml.load(text).sample, yaml);
      assert.deepEqual(read, {
        endpoint: "http://x", body: "<b>yes: 'no' #1</b>", headers: ["Accept: a", "X-Y: 012"], option: { a: "b: c" },
        output_format: "-1", verify: false, websocket_config: { ping_interval_ms: 500 },
      });
      const command = await output(page, "command").textContent();
      for (const part of ["--body='<b>yes: '\\''no'\\'' #1</b>'", "--output-format=-1", "--headers='X-Y: 012'", "--option='a:b: c'", "--verify=false"]) {
        assert.ok(command.includes(part), `${part} in ${command}`);
      }
    }));

  test("a secret that a value names is listed, and asked for where its value is needed", () =>
    on("sample-source", async (page) => {
      await field(page, "meta.topic").fill("t");
      await field(page, "endpoint").fill("http://x?key=${{ secrets.KEY }}");
      assert.match(await output(page, "yaml").textContent(), /secrets:\n {4}- name: KEY\n/);
      assert.equal(await output(page, "manifest").textContent(), "");
      assert.match(await output(page, "command").textContent(), /--endpoint='http:\/\/x\?key='"\$KEY"\n/);
      await page.getByLabel("KEY", { exact: true }).fill("v1");
      const manifest = await output(page, "manifest").textContent();
      assert.match(manifest, /stringData:\n {2}KEY: v1\n/);
      // A program of another kind has no file to read: options, and variables for its secrets.
      const [, deployment] = await page.evaluate((text) => jsyaml.loadAll(text), manifest);
      const [container] = deployment.spec.template.spec.containers;
      assert.deepEqual(container.args, ["--fluvio-topic=t", "--endpoint=http://x?key=$(KEY)"]);
      assert.deepEqual(container.env, [{ name: "KEY", valueFrom: { secretKeyRef: { name: "sample-source-secrets", key: "KEY" } } }]);
      assert.equal(container.livenessProbe, undefined);
    }));

  test("Copy puts the output into the clipboard and says so", () =>
    on("mqtt-source", async (page) => {
      await fillMqtt(page);
      await hears(page, "YAML copied", () => page.getByRole("button", { name: "Copy YAML" }).click());
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await expected("mqtt.yaml"));
    }));
});

test("a keyboard alone goes from the search over the page and the form to the copy", async () => {
  const page = await openPage(browser, server.address);
  await page.goto(`${server.address}/index.html`);
  await page.locator("[data-cards] li").first().waitFor();
  const key = (name) => page.keyboard.press(name);
  const active = () => page.evaluate(() => document.activeElement.closest("[data-path]")?.dataset.path ?? (document.activeElement.getAttribute("aria-label") || document.activeElement.id || document.activeElement.textContent));
  async function tabTo(wanted) {
    for (let i = 0; i < 150; i += 1) {
      if ((await active()) === wanted) return;
      await key("Tab");
    }
    assert.fail(`Tab never reached ${wanted}; it is at ${await active()}`);
  }
  await key("Tab");
  assert.equal(await active(), "Skip to the content");
  await key("Enter");
  await tabTo("search");
  await page.keyboard.type("greetings");
  await key("Enter");
  await page.waitForURL("**/connectors/test-connector.html");
  await page.locator(".outputs").waitFor();
  await tabTo("#/meta.topic");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid");
  await page.keyboard.type("greetings");
  await tabTo("#/count");
  await page.keyboard.type("10");
  await tabTo("tab-yaml");
  await key("ArrowRight");
  await tabTo("Copy Command line");
  await hears(page, "Command line copied", () => key("Enter"));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "test-connector \\\n  --fluvio-topic greetings \\\n  --name test-connector \\\n  --count 10\n");
  page.assertNoFaults();
  await page.context().close();
});
