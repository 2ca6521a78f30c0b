// SPDX-License-Identifier: Apache-2.0
// Uses the page of `aw view` as a person does, in a real browser, and compares what is drawn with what Python says the
// runs hold. Prints a line per check: "ok NAME" or "failed NAME: why". Argument: a JSON file that test_page.py writes.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const told = JSON.parse(readFileSync(process.argv[2], "utf8"));
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
  "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: told.chromium, args: FLAGS });
const home = new URL(told.address).origin;
const problems = [];
const referers = new Set();

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

const same = (found, wanted, what) =>
  expect(JSON.stringify(found) === JSON.stringify(wanted), `${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`);

async function context(options = {}) {
  const made = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light", ...options });
  made.setDefaultTimeout(20_000);
  made.on("requestfinished", (request) => {
    request.allHeaders().then((headers) => referers.add(headers.referer ?? "none"), () => {});
  });
  return made;
}

/** A page at a view, once its first picture is drawn. */
async function visit(from, hash, ready = () => globalThis.aw?.shown[0] !== null && globalThis.aw !== undefined) {
  const page = await from.newPage();
  page.on("pageerror", (e) => problems.push(`${e.message} ${e.stack}`));
  page.on("console", (m) => {
    if (m.type() === "error" && !/40[0-9]|422/.test(m.text())) problems.push(m.text());
  });
  await page.goto(`${home}/#${hash}`);
  await page.waitForFunction(ready);
  return page;
}

const at = (page, tick) => page.waitForFunction((t) => globalThis.aw.shown[0]?.tick === t && globalThis.aw.state.tick === t, tick);
const tick = (page) => page.evaluate(() => globalThis.aw.state.tick);
const sel = (page) => page.evaluate(() => globalThis.aw.state.sel);
const picture = (page, name, whole = false) => page.screenshot({ path: `${told.pictures}/${name}.png`, fullPage: whole });
const settled = (page) => page.waitForFunction(() => {
  const run = globalThis.aw.plots.runs[0];
  return run && run.aborts.size === 0 && run.series.size > 0;
});

/** What is drawn at places of the plane: the colours of the points' canvas there. */
const drawn = (page, places) => page.evaluate((all) => {
  const map = globalThis.aw.maps[0];
  const canvas = new OffscreenCanvas(map.points.width, map.points.height);
  const context = canvas.getContext("2d");
  context.drawImage(map.points, 0, 0);
  const ratio = map.points.width / map.holder.clientWidth;
  return all.map(([x, y]) => {
    const [px, py] = map.project(x, y);
    return Array.from(context.getImageData(Math.round(px * ratio), Math.round(py * ratio), 1, 1).data);
  });
}, places);

const checks = {
  async "without the token it says what to do"() {
    const stranger = await context();
    const page = await visit(stranger, "run=eco&tick=7", () => document.querySelector(".note:not([hidden])") !== null);
    expect((await page.textContent("#map-a .note")).includes("Open the address that aw view"), "no word about the token");
    await page.fill("#map-a .note input", new URL(told.address).searchParams.get("token"));
    await page.press("#map-a .note input", "Enter");
    await page.waitForFunction(() => globalThis.aw?.shown[0]?.tick === 7);
    expect(!page.url().includes("token"), `the token stays in the address: ${page.url()}`);
    await stranger.close();
  },

  async "fifty ticks at random are drawn as they were"() {
    const page = await visit(known, "run=eco&trails=off&tick=0");
    for (const [t, wanted] of Object.entries(told.frames)) {
      await page.evaluate((to) => globalThis.aw.seek(to), Number(t));
      await at(page, Number(t));
      const found = await page.evaluate(() => {
        const { columns } = globalThis.aw.shown[0].tables.get("creature");
        return ["id", "pos_x", "pos_y"].map((name) => Array.from(columns.get(name).values));
      });
      same(found, [wanted.id, wanted.x, wanted.y], `creatures at tick ${t}`);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const points = await drawn(page, wanted.known);
      points.forEach((p, i) => expect(p[3] > 120, `at tick ${t} nothing is drawn at ${wanted.known[i]}: ${p}`));
      const gaps = await drawn(page, wanted.empty);
      gaps.forEach((p, i) => expect(p[3] === 0, `at tick ${t} something is drawn at ${wanted.empty[i]}, where nothing is: ${p}`));
    }
    await page.close();
  },

  async "the plane is drawn to scale"() {
    const page = await visit(known, "run=eco");
    const [origin, x, y] = await page.evaluate(() => [[0, 0], [10, 0], [0, 10]].map((p) => globalThis.aw.maps[0].project(...p)));
    expect(Math.abs(x[0] - origin[0] - (origin[1] - y[1])) < 0.01, "the axes have different scales");
    await page.mouse.move(300, 200);
    await page.mouse.wheel(0, -300);
    await page.waitForFunction(() => globalThis.aw.state.box !== null);
    const nearer = await page.evaluate(() => [[0, 0], [10, 0]].map((p) => globalThis.aw.maps[0].project(...p)));
    expect(nearer[1][0] - nearer[0][0] > 1.5 * (x[0] - origin[0]), "the wheel does not zoom");
    await page.keyboard.press("0");
    await page.waitForFunction(() => globalThis.aw.state.box === null);
    await page.close();
  },

  async "the slider goes to any tick, and the last wish counts"() {
    const page = await visit(known, "run=eco&tick=10");
    const box = await page.locator("#slider").boundingBox();
    await page.mouse.move(box.x + box.width * 0.1, box.y + box.height / 2);
    await page.mouse.down();
    for (const part of [0.3, 0.9, 0.2, 0.7, 0.5]) {
      await page.mouse.move(box.x + box.width * part, box.y + box.height / 2, { steps: 4 });
    }
    await page.mouse.up();
    const wanted = Number(await page.inputValue("#slider"));
    expect(Math.abs(wanted - told.last / 2) < told.last / 10, `the slider is at ${wanted}`);
    await at(page, wanted);
    await page.fill("#tick", "77");
    await page.press("#tick", "Enter");
    await at(page, 77);
    await page.close();
  },

  async "it plays, at the speed asked for, and stops"() {
    const page = await visit(known, "run=eco&tick=0&rate=60");
    await page.click("#play");
    await page.waitForFunction(() => globalThis.aw.state.tick >= 25);
    await page.click("#play");
    const stopped = await tick(page);
    await at(page, stopped);
    await page.selectOption("#step", "10");
    await page.click("#play");
    await page.waitForFunction((from) => globalThis.aw.state.tick >= from + 40, stopped);
    await page.click("#play");
    expect(((await tick(page)) - stopped) % 10 === 0, "not ten ticks from picture to picture");
    await page.evaluate((last) => globalThis.aw.seek(last - 12), told.last);
    await page.click("#play");
    await page.waitForFunction(() => !globalThis.aw.player.isOn());
    await page.close();
  },

  async "a click shows a life, its kin and its causes as links"() {
    const { tick: t, id, gen, x, y, parent } = told.chosen;
    const page = await visit(known, `run=eco&tick=${t}`);
    await at(page, t);
    const place = await page.evaluate(([px, py]) => {
      const map = globalThis.aw.maps[0];
      const { left, top } = map.over.getBoundingClientRect();
      const [ax, ay] = map.project(px, py);
      return [left + ax, top + ay];
    }, [x, y]);
    await page.mouse.click(...place);
    await page.waitForSelector(".who");
    same(await sel(page), { table: "creature", id, gen }, "what was selected");
    await page.waitForSelector(".life-plot .uplot");
    const said = await page.textContent("#panel-entity");
    told.chosen.said.forEach((text) => expect(said.includes(text), `the life does not say “${text}”: ${said}`));
    await settled(page);
    await picture(page, "selected-light-1280");
    await page.click(`#panel-entity dd .link:has-text("${parent.text}")`);
    await page.waitForFunction((p) => globalThis.aw.state.sel?.id === p.id && globalThis.aw.state.sel?.gen === p.gen, parent);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => globalThis.aw.state.sel === null);
    await page.close();
  },

  async "two runs are on one timeline, and the first difference is one click away"() {
    const page = await visit(known, "run=eco&other=fork&tick=5&tab=compare");
    await page.waitForSelector("#first-difference");
    await page.click("#first-difference");
    await at(page, told.difference);
    await page.waitForFunction((t) => globalThis.aw.shown[1]?.tick === t, told.difference);
    await settled(page);
    await page.click('.differences .link:has-text("creature.energy")');
    await page.waitForSelector(".of-key .differences tbody tr");
    await picture(page, "compare-light-1280");
    await page.evaluate((last) => globalThis.aw.seek(last), told.last);
    await page.waitForFunction((t) => document.querySelector("#map-b figcaption").textContent.includes(`ends at tick ${t}`), told.forkLast);
    await page.waitForFunction(() => Array.from(document.querySelectorAll(".plot .chip"), (chip) => chip.textContent)
      .some((text) => text.includes("of fork –")));
    const [x, y] = await page.evaluate(() => {
      const map = globalThis.aw.maps[1];
      const { columns } = globalThis.aw.shown[1].tables.get("creature");
      const { left, top } = map.over.getBoundingClientRect();
      const [px, py] = map.project(columns.get("pos_x").values[0], columns.get("pos_y").values[0]);
      return [left + px, top + py];
    });
    await page.evaluate((t) => globalThis.aw.seek(t), 110);
    await at(page, 110);
    await page.keyboard.press("4");
    await page.fill('#panel-compare input[type="number"]', "100");
    await page.press('#panel-compare input[type="number"]', "Enter");
    await page.waitForFunction(() => document.querySelector("#panel-compare").textContent.includes("From tick 100 to tick 110:"));
    await picture(page, "ticks-light-1280");
    await page.evaluate((last) => globalThis.aw.seek(last), told.last);
    await at(page, told.last);
    await page.mouse.click(x, y);
    await page.waitForFunction(() => document.querySelector(".who")?.textContent.includes("of fork"));
    await page.evaluate((t) => globalThis.aw.seek(t), told.difference);
    await at(page, told.difference);
    await page.keyboard.press(" ");
    await page.waitForFunction((t) => globalThis.aw.state.tick > t + 5, told.difference);
    await page.keyboard.press(" ");
    await page.close();
  },

  async "a run that goes on is followed"() {
    const page = await visit(known, "run=live");
    const first = await tick(page);
    await page.waitForFunction((t) => globalThis.aw.state.tick > t + 3 && globalThis.aw.shown[0].tick > t + 3, first);
    expect(await page.isVisible("#follow"), "nothing says that it is live");
    await picture(page, "live-light-1280");
    await page.keyboard.press("Home");
    await at(page, 0);
    expect((await page.getAttribute("#follow", "aria-pressed")) === "false", "it follows on though one looks elsewhere");
    await page.close();
  },

  async "rows are listed, sorted and filtered"() {
    const page = await visit(known, "run=eco&tick=60&tab=table");
    await page.waitForFunction(() => document.querySelectorAll(".space .row").length > 5);
    await page.click('.row.head button:has-text("energy")');
    await page.fill("#filter", "energy < 5 and pos_x > 50");
    await page.waitForFunction((n) => document.querySelector("#rows .hint").textContent.startsWith(`${n} of `), told.filtered);
    const [heads, cells] = await page.evaluate(() => [".row.head > *", ".space .row:first-child > *"].map((all) =>
      Array.from(document.querySelectorAll(all), (cell) => Math.round(cell.getBoundingClientRect().right))));
    same(heads, cells, "the columns' names stand beside their columns");
    await settled(page);
    await picture(page, "rows-light-1280");
    await page.fill("#filter", "energy is low");
    expect((await page.textContent("#filter-note")).includes("is no condition"), "a wrong filter is not told");
    await page.selectOption("#list", "creature:lives");
    await page.fill("#filter", `cause == ${told.lives.cause}`);
    await page.waitForFunction((n) => document.querySelector("#rows .hint").textContent.startsWith(`${n} of `),
      `${told.lives.ended.toLocaleString("en")} of ${told.lives.all.toLocaleString("en")}`.split(" of ")[0]);
    const hint = await page.textContent("#rows .hint");
    expect(hint.endsWith(`; ended by ${told.lives.cause} ${told.lives.ended.toLocaleString("en")}`), `the causes are not of who matches: ${hint}`);
    await page.fill("#filter", "died < 0");
    await page.waitForFunction(() => document.querySelector("#rows .hint").textContent.startsWith("0 of "));
    await page.fill("#filter", "died == null and cause == ''");
    await page.waitForFunction(() => /^[1-9]/.test(document.querySelector("#rows .hint").textContent));
    expect(!(await page.textContent("#rows .hint")).includes("ended by"), "the causes of those who live");
    await page.fill("#filter", "");
    for (let i = 0; i < 2; i++) await page.click('.row.head button:has-text("lived")');
    await page.waitForFunction((n) => document.querySelector(".space .row:first-child").children[4].textContent === n, told.lives.longest.toLocaleString("en"));
    await picture(page, "lives-light-1280");
    await page.selectOption("#list", "creature");
    await page.fill("#filter", "enrgy < 5");
    await page.waitForFunction(() => document.querySelector("#rows .hint").textContent.startsWith("0 of "));
    expect((await page.textContent("#filter-note")).startsWith("creature has no column enrgy; it has: id, gen"), "a mistyped column is not told");
    expect(!(await page.textContent("#legend")).includes("enrgy"), "the map says that it obeys a filter that it cannot");
    await page.fill("#filter", "energy < 5");
    await page.click(".space .row");
    await page.click("#rows .hint .link");
    await page.waitForSelector(".who");
    await page.click("#save-menu summary");
    await page.keyboard.press("Escape");
    expect(!(await page.isVisible("#save-png")), "Escape leaves the menu open");
    expect((await sel(page)) !== null, "Escape in the menu selects nothing");
    await page.close();
  },

  async "when something first was so is found, and why somebody died"() {
    const page = await visit(known, "run=eco&tick=0&tab=events");
    await settled(page);
    await page.fill("#series", told.found.condition);
    await page.press("#series", "Enter");
    await page.waitForFunction(() => document.querySelector("#found").textContent.includes("first at"));
    await at(page, told.found.ticks[0]);
    const said = await page.textContent("#found");
    expect(said.includes(`first at tick ${told.found.ticks[0]}`), said);
    told.found.ticks.slice(1, 3).forEach((t) => expect(said.includes(`tick ${t}`), `${said} without tick ${t}`));
    const greatest = await page.locator(".plot .ends .link").nth(1).textContent();
    same(greatest, `▴${told.found.most.toLocaleString("en")}`, "the most there were");
    await page.locator(".plot .ends .link").nth(1).click();
    await at(page, told.found.mostAt);
    const over = await page.locator(".u-over").first().boundingBox();
    await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
    await page.waitForFunction(() => document.querySelector(".plot figcaption").textContent.includes("at tick "));
    const before = await tick(page);
    await page.mouse.down();
    await page.mouse.move(over.x + over.width * 0.75, over.y + over.height / 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => globalThis.aw.state.span !== null);
    const span = await page.evaluate(() => globalThis.aw.state.span);
    expect(Math.abs(span[0] - told.last / 2) < 4 && Math.abs(span[1] - told.last * 0.75) < 4, `the span dragged is ${span}`);
    same(await tick(page), before, "a drag went to a tick");
    await page.fill("#series", "creature.count > 0");
    await page.press("#series", "Enter");
    await at(page, span[0]);
    await page.click("#span");
    await page.waitForFunction(() => globalThis.aw.state.span === null);
    await page.fill("#series", "population.births");
    await page.press("#series", "Enter");
    expect((await page.textContent("#banner")).includes("did you mean population.births.mean"), await page.textContent("#banner"));
    await page.fill("#series", "population.births.sum");
    await page.press("#series", "Enter");
    expect(!(await page.isVisible("#banner")), "a refusal stays when the next wish is granted");
    await page.mouse.move(5, 5);
    await page.evaluate((t) => globalThis.aw.seek(t), told.deaths.tick);
    await page.selectOption("#panel-events select", "creature.died");
    await page.waitForFunction((n) => { // as many of another kind may stand there before
      const lines = [...document.querySelectorAll("#panel-events li")];
      return lines.length === n && lines.every((li) => li.textContent.includes(" died"));
    }, told.deaths.lines.length);
    same(await page.$$eval("#panel-events li", (all) => all.map((li) => li.textContent).sort()), told.deaths.lines, "who died, and why");
    await picture(page, "found-light-1280");
    await page.close();
  },

  async "what is seen can be saved"() {
    const page = await visit(known, "run=eco&tick=60&tab=table&filter=energy < 5 and pos_x > 50");
    await page.waitForFunction(() => document.querySelectorAll(".space .row").length > 0);
    for (const [button, ending, right] of [
      ["#save-png", ".png", (b) => b.subarray(1, 4).toString() === "PNG" && b.length > 10_000],
      ["#save-rows", ".csv", (b) => b.toString().trim().split("\n").length === told.filtered + 1],
      ["#save-arrow", ".arrows", (b) => b.readInt32LE(0) === -1 && b.length > 10_000],
    ]) {
      await page.click("#save-menu summary");
      const [saved] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
      expect(saved.suggestedFilename().endsWith(ending), saved.suggestedFilename());
      expect(right(readFileSync(await saved.path())), `${button} saves something else`);
    }
    await page.close();
  },

  async "the address is the whole view"() {
    const page = await visit(known, "run=eco&tick=42&trails=all&draw=density&tab=events&step=5&box=10,10,60,60&theme=dark");
    await page.waitForFunction(() => location.hash.includes("layers="));
    const [hash, state] = await page.evaluate(() => [location.hash, JSON.stringify(globalThis.aw.state)]);
    const again = await visit(known, hash.slice(1));
    same(await again.evaluate(() => JSON.stringify(globalThis.aw.state)), state, "the same address, another view");
    await again.waitForFunction(() => document.querySelectorAll("#panel-events li").length > 0);
    await settled(again);
    await picture(again, "density-dark-1280");
    await page.close();
    await again.close();
  },

  async "everything can be done with the keyboard"() {
    const page = await visit(known, "run=eco&tick=50");
    await page.keyboard.press("ArrowRight");
    await at(page, 51);
    await page.keyboard.press("Shift+ArrowLeft");
    await at(page, 41);
    await page.keyboard.press("End");
    await at(page, told.last);
    await page.keyboard.press("Home");
    await at(page, 0);
    await page.keyboard.press("f");
    await page.keyboard.type("17");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => globalThis.aw.state.sel?.id === 17);
    await page.waitForSelector(".who");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("/");
    await page.keyboard.type("id < 3");
    await page.waitForFunction(() => document.querySelectorAll(".space .row").length === 3);
    for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement.matches(".space .row"))); i++) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => globalThis.aw.state.sel?.id < 3);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    expect(await page.isVisible("#keys"), "no list of keys");
    await picture(page, "keys-light-1280");
    await page.close();
  },

  async "a narrow screen shows all of it"() {
    const phone = await context({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
    await phone.addCookies(await known.cookies());
    const { tick: t, id, gen } = told.chosen;
    const page = await visit(phone, `run=eco&tick=${t}&sel=creature:${id}:${gen}`);
    await page.waitForSelector(".life-plot .uplot");
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= 390), "it is wider than the screen");
    const [points] = await drawn(page, [[told.chosen.x, told.chosen.y]]);
    expect(points[3] > 120, "the chosen creature is not drawn");
    await picture(page, "selected-light-390", true);
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "selected-dark-390", true);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.waitForFunction(() => document.querySelector("#map-a .over").clientWidth > 500);
    await picture(page, "selected-dark-1280");
    await phone.close();
  },

  async "components are drawn with their table, over a field"() {
    const page = await visit(known, `run=parts&tick=${told.parts.tick}&layers=cell:place.x:place.y:heat.level::1`);
    await page.waitForFunction(() => globalThis.aw.maps[0].scene?.image?.snapshot !== undefined);
    const { layers, columns, image } = await page.evaluate(() => {
      const { frame, image } = globalThis.aw.maps[0].scene;
      const { columns } = frame.tables.get("cell");
      return {
        layers: globalThis.aw.state.layers.filter((l) => l.on).map((l) => [l.table, l.x, l.y, l.color]),
        columns: ["id", "place.x", "heat.level"].map((name) => Array.from(columns.get(name).values, (v) => (v === v ? v : null))),
        image: { snapshot: image.snapshot, values: Array.from(image.values) },
      };
    });
    same(layers, [["cell", "place.x", "place.y", "heat.level"]], "what is drawn");
    same(columns, [told.parts.id, told.parts.x, told.parts.level], "the components by entity");
    same(image, { snapshot: told.parts.snapshot, values: told.parts.field }, "the field");
    const shades = await page.evaluate((places) => {
      const map = globalThis.aw.maps[0];
      const context = map.under.getContext("2d");
      const ratio = map.under.width / map.holder.clientWidth;
      return places.map(([x, y]) => {
        const [px, py] = map.project(x, y);
        return Array.from(context.getImageData(Math.round(px * ratio), Math.round(py * ratio), 1, 1).data).join();
      });
    }, told.parts.places);
    expect(new Set(shades.slice(0, 2)).size === 2, `low and high have one colour: ${shades}`);
    same(shades[2], shades[0], "a place as low as another has another colour");
    const points = await drawn(page, told.parts.known);
    points.forEach((p, i) => expect(p[3] > 120, `nothing is drawn at ${told.parts.known[i]}: ${p}`));
    await page.keyboard.press("5");
    await settled(page);
    await picture(page, "field-light-1280");
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "field-dark-1280");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 390);
    await picture(page, "field-dark-390", true);
    await page.selectOption("#field", "");
    await page.waitForFunction(() => globalThis.aw.maps[0].scene.image === null);
    await page.close();
  },

  async "a run that is cut back while it is looked at is read anew"() {
    const page = await visit(known, `run=short&tick=${told.cut.last}`);
    await at(page, told.cut.last);
    execFileSync(told.cut.command[0], told.cut.command.slice(1));
    await page.keyboard.press("Home"); // a sealed run is not followed: the next reply tells
    await page.waitForFunction((t) => document.querySelector("#slider").max === String(t), told.cut.after);
    await page.evaluate((t) => globalThis.aw.seek(t), told.cut.after);
    await page.waitForFunction((t) => globalThis.aw.shown[0]?.tick === t, told.cut.after);
    await page.close();
  },

  async "empty, damaged and plain tables are shown in words"() {
    const words = () => document.querySelector("#map-a .note:not([hidden])") !== null;
    let page = await visit(known, "run=empty", words);
    expect((await page.textContent("#map-a .note")).includes("no committed tick yet"), "an empty store is not told");
    await picture(page, "empty-light-1280");
    await page.close();
    page = await visit(known, "run=damaged", words);
    const said = await page.textContent("#map-a .note");
    expect(said.includes("Cannot read log/") && said.includes("aw recover"), said);
    await picture(page, "damaged-light-1280");
    await page.close();
    page = await visit(known, "run=eco&tick=100&tab=map&layers=population:tick:creatures:births::1&square=0");
    await page.waitForFunction(() => globalThis.aw.shown[0].tables.get("population")?.rows > 50);
    await settled(page);
    await picture(page, "plain-light-1280");
    await page.close();
  },

  async "the picture for the first page of the README"() {
    const { id, gen, tick: t } = told.chosen;
    const wide = await context({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 });
    await wide.addCookies(await known.cookies());
    const page = await visit(wide, `run=eco&tick=${t}&sel=creature:${id}:${gen}`);
    await page.waitForSelector(".life-plot .uplot");
    await page.waitForFunction(() => globalThis.aw.maps[0].scene?.trails.length > 0);
    await settled(page);
    await page.mouse.move(5, 5);
    await picture(page, "view");
    await wide.close();
  },
};

const known = await context();
const door = await known.newPage();
await door.goto(told.address);
await door.waitForFunction(() => location.pathname === "/");
expect(!door.url().includes("token"), "the token stays in the address bar");
await door.close();

for (const [name, check] of Object.entries(checks)) {
  if (told.only && !name.includes(told.only)) continue;
  const since = Date.now();
  try {
    await check();
    expect(problems.length === 0, `the page complains: ${problems.splice(0).join("; ")}`);
    console.log(`ok ${name} (${Date.now() - since} ms)`);
  } catch (e) {
    console.log(`failed ${name}: ${e.message} ${problems.splice(0).join("; ")}`.replaceAll("\n", " "));
    for (const page of known.pages()) {
      await page.screenshot({ path: `${told.pictures}/failed.png` }).catch(() => {});
      await page.close();
    }
  }
}
const given = [...referers].filter((referer) => referer !== "none");
console.log(given.length === 0 && referers.size > 0 ? "ok no request has a Referer" : `failed Referer: ${given}`);
await browser.close();
