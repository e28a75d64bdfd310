// SPDX-License-Identifier: Apache-2.0
// The pages as the built tool makes and serves them (SLUICE_BIN): `sluice console` with a real
// connector, and the site of `sluice catalog build`.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { chmod, cp, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import readline from "node:readline";
import { promisify } from "node:util";
import { eventually, openBrowser, openPage, programs, root, serve } from "./lib.mjs";

const run = promisify(execFile);
const sluice = path.join(programs, "sluice");
const has = (...words) => run(sluice, [...words, "--help"]).then(() => true, () => false);
const why = async (...words) => ((await has(...words)) ? false : `there is no \`sluice ${words.join(" ")}\` in ${programs}`);

let browser, work;
const running = [];
before(async () => {
  work = await mkdtemp(path.join(tmpdir(), "sluice-tool-"));
  browser = await openBrowser();
});
after(async () => {
  for (const child of running.reverse()) await stop(child);
  await browser?.close();
});

// Starts a program, with its output at hand if the test fails; it is stopped at the end.
function start(program, words) {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, FLV_PROFILE_PATH: path.join(work, "profile") } });
  child.text = "";
  for (const stream of [child.stdout, child.stderr]) readline.createInterface({ input: stream }).on("line", (line) => (child.text += `${line}\n`));
  child.ended = new Promise((ended) => child.on("exit", ended));
  running.push(child);
  return child;
}
async function stop(child) {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  await child.ended;
}
const said = (child, pattern) =>
  eventually(() => {
    assert.match(child.text, pattern);
    return pattern.exec(child.text);
  });

test("sluice console shows a running connector, pauses and resumes it", { skip: await why("console") }, async () => {
  const cluster = start(sluice, ["cluster", "start", "--foreground", "--sc", "127.0.0.1:0", "--spu", "127.0.0.1:0", "--data", path.join(work, "data")]);
  // It answers before it has written the profile, and says where that is when it has.
  await said(cluster, /^ *Profile:/m);
  const source = start(path.join(programs, "test-connector"), ["--fluvio-topic", "greetings", "--name", "hello", "--timeout", "20ms", "--state-dir", path.join(work, "state")]);
  const tool = start(sluice, ["console"]);
  const [address] = await said(tool, /http:\/\/127\.0\.0\.1:\d+\/#token=\w+/);
  const origin = address.slice(0, address.indexOf("/#"));
  const page = await openPage(browser, origin);
  await page.goto(address);
  const card = page.locator('[data-connector="hello"]');
  await card.waitFor().catch(() => assert.fail(`${source.text}${tool.text}`));
  const rate = card.locator(".numbers dd").nth(1);
  await eventually(async () => assert.ok(Number(await rate.textContent()) > 0));
  await page.getByRole("button", { name: "Pause hello" }).click();
  await page.getByRole("button", { name: "Resume hello" }).waitFor();
  assert.match(await card.innerText(), /paused/);
  await page.getByRole("button", { name: "Resume hello" }).click();
  await page.getByRole("button", { name: "Pause hello" }).waitFor();
  assert.equal((await page.request.post(`${origin}/api/connectors/hello/pause`)).status(), 401);
  await stop(source);
  await page.getByText("No connector runs on this machine.").waitFor();
  page.assertNoFaults();
  await page.context().close();
});

test("the manifest that the form writes is the one of sluice deploy", { skip: await why("deploy", "plan") }, async () => {
  const [config, secrets] = [path.join(work, "config.yaml"), path.join(work, "secrets")];
  await cp(path.join(root, "tests/browser/data/mqtt.yaml"), config);
  await cp(path.join(root, "tests/browser/data/mqtt.secrets"), secrets);
  await chmod(secrets, 0o600);
  const planned = await run(sluice, ["deploy", "plan", config, "--target", "kubernetes", "--secrets", secrets, "--connectors", programs]);
  const written = await readFile(path.join(root, "tests/browser/data/mqtt.k8s.yaml"), "utf8");
  const page = await openPage(browser, "", {});
  await page.addScriptTag({ path: path.join(process.env.SLUICE_WEB_PACKAGES, "site/vendor/js-yaml.js") });
  const objects = (text) => page.evaluate((yaml) => jsyaml.loadAll(yaml).filter(Boolean), text.replaceAll(/PASSWORD=.*/g, "PASSWORD=***"));
  const withoutSums = (object) => JSON.parse(JSON.stringify(object, (key, value) => (key.endsWith("-sha256") ? undefined : value)));
  const [ours, theirs] = [await objects(written), (await objects(planned.stdout)).map(withoutSums)];
  // Empty annotations of the pods are what is left of the checksums.
  for (const object of theirs) if (object.kind === "Deployment") delete object.spec.template.metadata.annotations;
  assert.deepEqual(ours, theirs);
  await page.context().close();
});

test("sluice catalog build makes a site that works", { skip: await why("catalog", "build") }, async () => {
  const site = path.join(work, "site");
  await run(sluice, ["catalog", "build", root, "--output", site, "--programs", programs]);
  const server = await serve(site);
  const page = await openPage(browser, server.address);
  await page.goto(`${server.address}/index.html`);
  await page.locator("[data-cards] li").first().waitFor();
  await page.getByRole("searchbox").fill("mqtt");
  await page.getByRole("link", { name: "mqtt-source" }).click();
  await page.locator("[data-option=url]").waitFor();
  await page.locator('[data-path="#/meta.topic"] input').fill("t");
  await page.goto(`${server.address}/smartmodules/jolt.html`);
  await page.locator("[data-option=spec]").waitFor();
  page.assertNoFaults();
  await page.context().close();
  await server.stop();
});
