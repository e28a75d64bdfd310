// SPDX-License-Identifier: Apache-2.0
// What the browser tests share: a catalog site in a folder, servers on loopback, the browser.
import { createServer } from "node:http";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import assert from "node:assert/strict";

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");
export const programs = process.env.SLUICE_BIN ?? path.join(root, "build/release/bin");
const packages = createRequire(path.join(process.env.SLUICE_BROWSER_PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");
const axeSource = packages.resolve("axe-core/axe.min.js");
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml", ".txt": "text/plain" };

export const catalog = JSON.parse(await readFile(path.join(root, "tests/browser/data/catalog.json"), "utf8"));

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

// The folder of a catalog site, as src/web describes one.
export async function makeSite(shown = catalog) {
  const site = await mkdtemp(path.join(tmpdir(), "sluice-site-"));
  for (const from of ["catalog/site", "catalog/shared"]) await cp(path.join(root, from), site, { recursive: true });
  await cp(path.join(process.env.SLUICE_WEB_PACKAGES, "site"), site, { recursive: true });
  const text = JSON.stringify(shown);
  await writeFile(path.join(site, "catalog.json"), text);
  await writeFile(path.join(site, "catalog.js"), `window.sluiceCatalog = ${text};\n`);
  const template = await readFile(path.join(root, "catalog/templates/entry.html"), "utf8");
  for (const kind of ["connectors", "smartmodules"]) {
    await mkdir(path.join(site, kind));
    for (const entry of shown[kind]) {
      const values = { entry: `${kind}/${entry.name}`, name: entry.name, description: entry.description };
      const page = template.replace(/\{\{(\w+)\}\}/g, (_, key) => escaped(values[key]));
      await writeFile(path.join(site, kind, `${entry.name}.html`), page);
    }
  }
  return site;
}

export async function makeConsole() {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-console-"));
  for (const from of ["catalog/console", "catalog/shared"]) await cp(path.join(root, from), folder, { recursive: true });
  await cp(path.join(process.env.SLUICE_WEB_PACKAGES, "console"), folder, { recursive: true });
  return folder;
}

// Serves the files of a folder; `answer(request, response)` may answer first, with true.
export async function serve(folder, answer = async () => false, port = 0) {
  const server = createServer(async (request, response) => {
    if (await answer(request, response)) return;
    const name = decodeURIComponent(new URL(request.url, "http://x").pathname);
    try {
      const file = path.join(folder, path.normalize(name === "/" ? "/index.html" : name));
      const bytes = await readFile(file);
      response.writeHead(200, { "content-type": types[path.extname(file)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  const stop = () =>
    new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${server.address().port}`, port: server.address().port, stop };
}

// Longest wait for anything, of a machine that has much else to do.
const patience = 60_000; // ms

// Until `check` throws no more; what it last threw, after a limit.
export async function eventually(check, limit = patience) {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((go) => setTimeout(go, 50));
    }
  }
}

// One browser for all tests of a file.
export const openBrowser = () =>
  chromium.launch({ executablePath: process.env.SLUICE_CHROMIUM, timeout: 2 * patience, args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"] });

// A page that fails its test for a console error, or for a request that leaves `origin`.
export async function openPage(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", permissions: origin ? ["clipboard-read", "clipboard-write"] : [], ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    const isExpected = options.mayFail?.some((text) => message.text().includes(text));
    if (["error", "warning"].includes(message.type()) && !isExpected) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin || "file://") && !url.startsWith("data:") && !url.startsWith("blob:")) faults.push(`a request left: ${url}`);
  });
  page.assertNoFaults = () => assert.deepEqual(faults, []);
  return page;
}

// What axe-core finds: names of rules with the elements. The rules of others, not ours.
export async function axe(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await readFile(axeSource, "utf8"));
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ") + " " + (node.any[0]?.message ?? "")).join("; ")}`);
}

export const screenshots = path.join(root, "build/screenshots");
export async function screenshot(page, name) {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
}
