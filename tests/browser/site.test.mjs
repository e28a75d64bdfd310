// SPDX-License-Identifier: Apache-2.0
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { axe, catalog, makeSite, openBrowser, openPage, screenshot, serve } from "./lib.mjs";

let site, server, browser;
before(async () => {
  site = await makeSite();
  server = await serve(site);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// Opens a page for `use`, and fails if it had an error or asked another server.
async function on(where, use, options) {
  const page = await openPage(browser, server.address, options);
  try {
    await page.goto(server.address + where);
    await use(page);
    page.assertNoFaults();
  } finally {
    await page.context().close();
  }
}
const names = (page) => page.locator("[data-cards] h2").allTextContents();

describe("the first page", () => {
  test("shows every connector and SmartModule, each with a link to its page", () =>
    on("/index.html", async (page) => {
      await page.locator("[data-cards] li").first().waitFor();
      const all = [...catalog.connectors, ...catalog.smartmodules].map((entry) => entry.name);
      assert.deepEqual((await names(page)).sort(), all.sort());
      await page.getByRole("link", { name: "mqtt-source" }).click();
      await page.waitForURL("**/connectors/mqtt-source.html");
      await page.getByRole("heading", { level: 1, name: "mqtt-source" }).waitFor();
    }));

  test("finds by name, by words of the description and by options, also misspelt", () =>
    on("/index.html", async (page) => {
      // What is typed before the catalog has come finds nothing.
      await page.locator("[data-cards] li").first().waitFor();
      const search = page.getByRole("searchbox");
      for (const [words, expected] of [
        ["mqtt", "mqtt-source"],
        ["greetings", "test-connector"],
        ["session expiry", "mqtt-source"],
        ["greetngs", "test-connector"],
      ]) {
        await search.fill(words);
        assert.equal((await names(page))[0], expected, words);
      }
      await search.fill("csv");
      assert.ok((await names(page)).includes("csv-json"));
      await search.fill("zzz");
      await page.getByText("Nothing fits.").waitFor();
    }));

  test("filters by kind, language and kit, and keeps the choice in the address", () =>
    on("/index.html", async (page) => {
      await page.getByLabel("Sinks").check();
      assert.deepEqual(await names(page), ["file-sink"]);
      await page.getByLabel("Sources").check();
      await page.getByLabel("Language").selectOption("python");
      assert.deepEqual(await names(page), ["sample-source"]);
      await page.getByLabel("Made with the kit only").check();
      assert.deepEqual(await names(page), []);
      await page.getByLabel("Made with the kit only").uncheck();
      await page.reload();
      await page.locator("[data-cards] li").first().waitFor();
      assert.deepEqual(await names(page), ["sample-source"]);
      assert.match(page.url(), /kind=source&language=python/);
    }));
});

describe("the page of a connector", () => {
  test("has each property of the schema in its table, and each option in its form", async () => {
    const of = (schema, above) => Object.entries(schema.properties).flatMap(([key, one]) => (one.properties ? of(one, [...above, key]) : [[...above, key].join(".")]));
    for (const entry of catalog.connectors) {
      await on(`/connectors/${entry.name}.html`, async (page) => {
        await page.locator("[data-option]").first().waitFor();
        const rows = await page.locator("[data-option]").evaluateAll((all) => all.map((row) => row.dataset.option));
        assert.deepEqual(rows.sort(), of(entry.schema, []).sort());
        const fields = await page.locator(".fields [data-level='1']").evaluateAll((all) => all.map((one) => one.dataset.path.slice(2)));
        assert.deepEqual(fields.filter((name) => !name.startsWith("meta.")).sort(), rows.sort());
      });
    }
  });

  test("says type, range, default, whether it is required or secret, and what excludes it", () =>
    on("/connectors/sample-source.html", async (page) => {
      const row = (name) => page.locator(`[data-option="${name}"]`).innerText();
      assert.match(await row("endpoint"), /--endpoint[\s\S]*required[\s\S]*address[\s\S]*https:\/\//);
      assert.match(await row("port"), /whole number[\s\S]*at least 1[\s\S]*1883/);
      assert.match(await row("qos"), /0 … 2/);
      assert.match(await row("fetch_max_bytes"), /size[\s\S]*at least 1 KiB[\s\S]*1 MiB/);
      assert.match(await row("token"), /secret/);
      assert.match(await row("method"), /choice[\s\S]*GET[\s\S]*One of GET, POST, PUT/);
      assert.match(await row("smartstream_map"), /Not together with smartstream_filter, smartstream_arraymap/);
      assert.match(await row("websocket_config.ping_interval_ms"), /--websocket-config-ping-interval-ms[\s\S]*10000/);
    }));

  test("finds an option in the table", () =>
    on("/connectors/mqtt-source.html", async (page) => {
      await page.getByLabel("Find an option").fill("certificate client");
      await page.getByText(/^2 of \d+ options$/).waitFor();
      assert.deepEqual(await page.locator("[data-option]:visible").evaluateAll((all) => all.map((row) => row.dataset.option)), ["cert_file", "key_file"]);
    }));

  test("shows the README, and runs nothing of it", () =>
    on("/connectors/sample-source.html", async (page) => {
      const readme = page.locator(".readme");
      await readme.getByText("every").waitFor();
      assert.equal(await readme.locator("strong").textContent(), "every");
      assert.equal(await readme.locator("table").count(), 1);
      assert.equal(await readme.locator("img, script").count(), 0);
      assert.equal(await page.evaluate(() => window.wasRun), undefined);
    }));
});

test("the page of a SmartModule has kinds, parameters and how to use it", () =>
  on("/smartmodules/csv-json.html", async (page) => {
    await page.locator("[data-option=delimiter]").waitFor();
    assert.match(await page.locator(".facts").innerText(), /map/);
    assert.match(await page.locator("[data-output=use]").textContent(), /^transforms:\n {2}- uses: csv-json\n {4}with:\n {6}delimiter: …/);
  }));

test("the site works when its pages are opened as files", async () => {
  const page = await openPage(browser, "", {});
  await page.goto(pathToFileURL(path.join(site, "index.html")).href);
  await page.getByRole("link", { name: "mqtt-source" }).click();
  await page.locator("[data-option=url]").waitFor();
  await page.getByLabel("meta.topic").fill("t");
  page.assertNoFaults();
  await page.context().close();
});

test("a catalog that is missing is said, not hidden", async () => {
  const broken = await serve(site, async (request, response) => {
    if (!request.url.includes("catalog.js")) return false;
    response.writeHead(404).end();
    return true;
  });
  const page = await openPage(browser, broken.address, {});
  await page.goto(`${broken.address}/index.html`);
  assert.match(await page.getByRole("alert").textContent(), /catalog.json/);
  await page.context().close();
  await broken.stop();
});

describe("looks", () => {
  const pages = { index: "/index.html", connector: "/connectors/mqtt-source.html", smartmodule: "/smartmodules/jolt.html" };
  for (const [name, where] of Object.entries(pages)) {
    for (const colorScheme of ["light", "dark"]) {
      test(`${name}, ${colorScheme}: contrast, labels and landmarks are as axe-core wants them`, () =>
        on(where, async (page) => {
          await page.locator("[data-cards] li, [data-option]").first().waitFor();
          const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
          const [red] = ground.match(/\d+/g).map(Number);
          assert.ok(colorScheme === "dark" ? red < 60 : red > 200, ground);
          assert.deepEqual(await axe(page), []);
          await screenshot(page, `site-${name}-${colorScheme}`);
        }, { colorScheme }));
    }
    test(`${name}: nothing is wider than a narrow screen`, () =>
      on(where, async (page) => {
        await page.locator("[data-cards] li, [data-option]").first().waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
        await screenshot(page, `site-${name}-narrow`);
      }, { viewport: { width: 390, height: 844 } }));
  }

  test("the reader's choice of colours goes before the system's, and stays", () =>
    on("/index.html", async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await ground();
      await page.getByRole("button", { name: "Dark colours" }).click();
      const dark = await ground();
      assert.notEqual(dark, light);
      await page.reload();
      assert.equal(await ground(), dark);
      await page.getByRole("button", { name: "Light colours" }).click();
      assert.equal(await ground(), light);
    }));
});
