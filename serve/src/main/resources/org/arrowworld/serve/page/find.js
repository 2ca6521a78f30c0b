// SPDX-License-Identifier: Apache-2.0
// When a number over time begins to be so: creature.count < 800.
import * as api from "./api.js";
import { byId, h, number } from "./dom.js";
import { seriesNames } from "./layers.js";

const CONDITION = /^\s*(.+?)\s*(==|=|!=|<=|>=|<|>)\s*(-?[\d.]+(?:e[-+]?\d+)?)\s*$/i;
const MOST = 12;

const TESTS = {
  "==": (a, b) => a === b, "!=": (a, b) => a !== b, "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
};

/** A condition on a series: its name, and a test of its values; null for what is none. */
function condition(text) {
  const found = CONDITION.exec(text);
  if (!found || !Number.isFinite(Number(found[3]))) return null;
  const [, name, operator, value] = found;
  return { name, holds: (x) => TESTS[operator === "=" ? "==" : operator](x, Number(value)), text: `${name} ${operator} ${value}` };
}

/** Tells in a holder at which ticks a condition begins to hold, and goes to the first of them. */
async function find(holder, run, { name, holds, text }, { seek, span }) {
  const say = (...parts) => holder.replaceChildren(...parts);
  holder.hidden = false;
  say("Looking …");
  const within = span ? ` from tick ${number(span[0])} to ${number(span[1])}` : "";
  const begins = [];
  let before = false;
  const abort = new AbortController();
  for await (const part of api.series(run, { of: name, ...(span ? { from: span[0], to: span[1] } : {}) }, abort.signal)) {
    for (let i = 0; i < part.tick.length && begins.length <= MOST; i++) {
      const now = holds(part[name][i]);
      if (now && !before) begins.push(part.tick[i]);
      before = now;
    }
    if (begins.length > MOST) break;
  }
  abort.abort();
  if (begins.length === 0) {
    say(`${text}: at no tick${within}.`);
    return;
  }
  const link = (tick) => h("button", { class: "link", type: "button", onclick: () => seek(tick) }, `tick ${number(tick)}`);
  const again = begins.slice(1, MOST);
  say(`${text}${within}: first at `, link(begins[0]), ...(again.length > 0 ? ["; begins again at ", ...again.flatMap((t, i) => [i ? ", " : "", link(t)])] : []),
    begins.length > MOST ? " and more" : "", ".");
  seek(begins[0]);
}

/** Names that are like what was given: that share its words, or begin as they do. */
function near(given, names) {
  const words = (text) => text.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  const wanted = words(given);
  const score = (name) => {
    const has = words(name);
    return wanted.reduce((sum, w) => sum + (has.includes(w) ? 2 : has.some((x) => x.startsWith(w) || w.startsWith(x)) ? 1 : 0), 0);
  };
  return names.map((name) => ({ name, like: score(name) })).filter(({ like }) => like > 0)
    .sort((a, b) => b.like - a.like).slice(0, 4).map(({ name }) => name);
}

/** Does what the form under the plots asks for: another plot, or the tick at which something begins to be so. */
export function plotOrFind(meta, { plot, seek, fail, calm, span }) {
  const names = seriesNames(meta);
  const given = byId("series").value.trim();
  const wish = condition(given);
  byId("found").hidden = true;
  calm();
  if (wish && names.includes(wish.name)) {
    find(byId("found"), meta.name, wish, { seek, span }).catch(fail);
  } else if (names.includes(given)) {
    plot(given);
    byId("series").value = "";
  } else {
    const like = near(wish?.name ?? given, names);
    fail(new Error(`There is no series “${wish?.name ?? given}”: ${like.length > 0 ? `did you mean ${like.join(", ")}?`
      : `choose one of the list, or a condition on one, as ${names[0]} < 800.`}`));
  }
}
