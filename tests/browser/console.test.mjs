// SPDX-License-Identifier: Apache-2.0
import { after, before, beforeEach, afterEach, describe, test } from "node:test";
import assert from "node:assert/strict";
import { axe, eventually, makeConsole, openBrowser, openPage, screenshot, serve } from "./lib.mjs";
import { FakeConsole, status, token } from "./fake_console.mjs";

const failure = { time: "2026-11-26T17:59:30Z", code: "connection_failed", text: "127.0.0.1:9003: connection refused" };
const offline = ["ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET"];

let folder, browser;
before(async () => {
  folder = await makeConsole();
  browser = await openBrowser();
});
after(() => browser?.close());

describe("the console page", () => {
  let fake, server, page;
  beforeEach(async () => {
    fake = new FakeConsole([
      status("telemetry-in"),
      status("orders out", { connector: "file-sink", direction: "sink", ready: false, reasons: ["not connected to the cluster"], recent_errors: [failure] }),
    ]);
    server = await serve(folder, fake.answer);
  });
  afterEach(async () => {
    await page?.context().close();
    await server.stop();
  });
  async function open(hash = `#token=${token}`, options = {}) {
    page = await openPage(browser, server.address, options);
    await page.goto(`${server.address}/${hash}`);
    return page;
  }
  const card = (name) => page.locator(`[data-connector="${name}"]`);
  const number = (name, title) => card(name).locator(".numbers > div", { hasText: title }).locator("dd");

  test("shows each connector: state, rates, lag, what is in flight, why it is not ready, last errors", async () => {
    await open();
    await card("telemetry-in").waitFor();
    await eventually(async () => assert.equal(await number("telemetry-in", "Read / s").textContent(), "120"));
    assert.equal(await number("telemetry-in", "Delivered / s").textContent(), "100");
    assert.equal(await number("telemetry-in", "Lag").textContent(), "40");
    assert.equal(await number("telemetry-in", "In flight").textContent(), "200");
    assert.match(await card("telemetry-in").innerText(), /running[\s\S]*mqtt-source 0\.1\.0 · to topic telemetry · process 4242/);
    const other = card("orders out");
    assert.match(await other.innerText(), /Not ready: not connected to the cluster/);
    await other.getByText("Last errors").click();
    assert.match(await other.locator(".errors").innerText(), /17:59:30Z connection_failed 127\.0\.0\.1:9003: connection refused/);
    assert.equal(await page.getByText("2 connectors, 1 not ready").count(), 1);
    page.assertNoFaults();
  });

  test("plots rates and lag, and says them in words", async () => {
    await open();
    await eventually(async () => assert.match(await card("telemetry-in").locator(".plot").first().getAttribute("aria-label"), /120 records read and 100 delivered/));
    assert.equal(await card("telemetry-in").locator("canvas").count(), 2);
    const drawn = () => card("telemetry-in").locator("canvas").first().evaluate((canvas) => canvas.toDataURL());
    const before = await drawn();
    await eventually(async () => assert.notEqual(await drawn(), before));
    page.assertNoFaults();
  });

  test("pauses and resumes", async () => {
    await open();
    await page.getByRole("button", { name: "Pause telemetry-in" }).click();
    await page.getByRole("button", { name: "Resume telemetry-in" }).waitFor();
    assert.equal(fake.connectors.get("telemetry-in").paused, true);
    assert.match(await card("telemetry-in").innerText(), /paused/);
    await page.getByRole("button", { name: "Resume telemetry-in" }).press("Enter");
    await page.getByRole("button", { name: "Pause telemetry-in" }).waitFor();
    assert.equal(fake.connectors.get("telemetry-in").paused, false);
    page.assertNoFaults();
  });

  test("takes the token out of the address, and keeps it over a reload", async () => {
    await open();
    await card("telemetry-in").waitFor();
    assert.equal(page.url(), `${server.address}/`);
    await page.reload();
    await card("telemetry-in").waitFor();
    assert.equal(fake.refused, 0);
  });

  test("without the token nothing is shown, and the page says what to open", async () => {
    await open("", { mayFail: ["401"] });
    assert.match(await page.getByRole("alert").innerText(), /token is missing or wrong[\s\S]*sluice console/);
    assert.equal(await page.locator("[data-connector]").count(), 0);
    assert.ok(fake.refused > 0);
    const answer = await page.request.post(`${server.address}/api/connectors/telemetry-in/pause`);
    assert.equal(answer.status(), 401);
    assert.equal(fake.connectors.get("telemetry-in").paused, false);
  });

  test("says when nothing runs, and shows what starts later", async () => {
    fake.connectors.clear();
    await open();
    await page.getByText("No connector runs on this machine.").waitFor();
    fake.connectors.set("late", status("late"));
    await card("late").waitFor();
    fake.connectors.clear();
    await card("late").waitFor({ state: "detached" });
    page.assertNoFaults();
  });

  test("says when the tool is away, and goes on when it is back", async () => {
    await open(undefined, { mayFail: offline });
    await card("telemetry-in").waitFor();
    const { port } = server;
    await server.stop();
    await page.getByText("The tool does not answer.").waitFor();
    server = await serve(folder, fake.answer, port);
    await page.getByText("Connected", { exact: true }).waitFor();
    await eventually(async () => assert.equal(await page.getByText("The tool does not answer.").isVisible(), false));
    await eventually(async () => assert.equal(await number("telemetry-in", "Read / s").textContent(), "120"));
    page.assertNoFaults();
  });

  test("a failure of pause is said beside its button", async () => {
    await open(undefined, { mayFail: ["404"] });
    await card("telemetry-in").waitFor();
    const real = fake.connectors;
    const button = page.getByRole("button", { name: "Pause telemetry-in" });
    fake.list = () => ({ connectors: [...real.values()], time: new Date((fake.time += 1000)).toISOString() });
    fake.connectors = new Map();
    await button.click();
    await card("telemetry-in").getByText("It was not paused: there is no such connector").waitFor();
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`${colorScheme}: contrast, labels and landmarks are as axe-core wants them`, async () => {
      await open(undefined, { colorScheme });
      await eventually(() => assert.ok(fake.asked > 4));
      await card("orders out").getByText("Last errors").click();
      assert.deepEqual(await axe(page), []);
      await screenshot(page, `console-${colorScheme}`);
      page.assertNoFaults();
    });
  }

  test("nothing is wider than a narrow screen", async () => {
    await open(undefined, { viewport: { width: 390, height: 844 } });
    await eventually(() => assert.ok(fake.asked > 3));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await screenshot(page, "console-narrow");
  });
});
