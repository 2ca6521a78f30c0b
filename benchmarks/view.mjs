// SPDX-License-Identifier: Apache-2.0
// Looks at one run in a browser and times it; view.py calls it. Argument: a JSON text. Prints a line of JSON.
import { createRequire } from "node:module";

const told = JSON.parse(process.argv[2]);
const { chromium } = createRequire(`${told.modules}/`)("playwright-core");
const browser = await chromium.launch({
  executablePath: told.chromium,
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-precise-memory-info"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
context.setDefaultTimeout(240_000);
const page = await context.newPage();
await page.goto(told.address);
await page.waitForFunction(() => location.pathname === "/" && globalThis.aw?.shown[0]);
const from = Date.now();
const home = new URL(told.address).origin;
await page.goto("about:blank");
await page.goto(`${home}/#run=${encodeURIComponent(told.run)}&tick=${told.middle}`);
await page.waitForFunction((t) => globalThis.aw?.shown[0]?.tick === t, told.middle);
await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const seconds = (Date.now() - from) / 1000;
const bytes = await page.evaluate(() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .reduce((sum, entry) => sum + entry.transferSize, 0));
const first = { seconds, bytes };
await page.waitForFunction(() => globalThis.aw.plots.runs[0]?.aborts.size === 0);

/** Seconds from a wish to the picture that shows it. */
const scrub = (ticks) => page.evaluate(async (all) => {
  const taken = [];
  for (const tick of all) {
    const since = performance.now();
    if (tick === "next") document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    else globalThis.aw.seek(tick);
    const to = globalThis.aw.state.tick;
    while (globalThis.aw.shown[0]?.tick !== to) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    taken.push((performance.now() - since) / 1000);
  }
  return taken;
}, ticks);

await page.evaluate(() => globalThis.aw.set({ trails: "off" }));
const random = await scrub(told.ticks);
await scrub([told.from]);
const keys = await scrub(told.ticks.map(() => "next"));
const play = await page.evaluate(async (start) => {
  globalThis.aw.seek(start);
  globalThis.aw.set({ rate: 60, step: 1 });
  document.getElementById("play").click();
  while (globalThis.aw.shown[0]?.tick <= start) await new Promise(requestAnimationFrame);
  const [since, before] = [performance.now(), globalThis.aw.player.pictures];
  while (globalThis.aw.player.isOn() && performance.now() - since < 5000) await new Promise(requestAnimationFrame);
  const found = { pictures: globalThis.aw.player.pictures - before, seconds: (performance.now() - since) / 1000 };
  if (globalThis.aw.player.isOn()) document.getElementById("play").click();
  return found;
}, told.from);
const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
console.log(JSON.stringify({ first, random, keys, play, heap }));
await browser.close();
