// SPDX-License-Identifier: Apache-2.0
// The keyboard: everything can be done with it.
import { byId } from "./dom.js";

const TABS = ["entity", "table", "events", "compare", "map", "about"];
const STEPS = [1, 2, 5, 10, 20, 50, 100, 500];

export function keys({ state, set, seek, toggle, map, meta }) {
  const faster = (by) => {
    const at = STEPS.findIndex((step) => step >= state.step);
    set({ step: STEPS[Math.max(0, Math.min(STEPS.length - 1, at + by))] });
  };
  const actions = {
    " ": toggle,
    Home: () => seek(meta().first_tick),
    End: () => seek(meta().last_tick),
    "[": () => faster(-1),
    "]": () => faster(1),
    "+": () => map.zoom(0.7),
    "=": () => map.zoom(0.7),
    "-": () => map.zoom(1 / 0.7),
    0: () => set({ box: null }),
    w: () => map.pan(0, 60),
    a: () => map.pan(60, 0),
    s: () => map.pan(0, -60),
    d: () => map.pan(-60, 0),
    f: () => { set({ tab: "entity" }); document.querySelector(".finder input")?.focus(); },
    "/": () => { set({ tab: "table" }); byId("filter").focus(); },
    "?": () => byId("keys").showModal(),
    Escape: () => set({ sel: null }),
  };
  TABS.forEach((tab, i) => { actions[i + 1] = () => set({ tab }); });

  // Space presses a button that the keyboard came to; one that was clicked does not stand in the way of playing.
  let clicked = null;
  document.addEventListener("pointerdown", (e) => { clicked = e.target.closest("button, summary, input"); });
  document.addEventListener("focusin", (e) => { if (e.target !== clicked) clicked = null; });

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || document.querySelector("dialog[open]")) return;
    const { target } = e;
    const tab = target.closest?.("[role=tab]");
    if (tab && (e.key === "ArrowLeft" || e.key === "ArrowRight")) {
      const all = [...document.querySelectorAll("[role=tab]")];
      const next = all[(all.indexOf(tab) + (e.key === "ArrowRight" ? 1 : all.length - 1)) % all.length];
      set({ tab: next.dataset.tab });
      next.focus();
      e.preventDefault();
      return;
    }
    const writes = /^(input|select|textarea)$/i.test(target.tagName) && target.type !== "range" && target.type !== "checkbox";
    if (writes) {
      if (e.key === "Escape") target.blur();
      return;
    }
    if (e.key === "ArrowLeft" || e.key === "ArrowRight") {
      const by = (e.altKey ? 100 : e.shiftKey ? 10 : 1) * (e.key === "ArrowRight" ? 1 : -1);
      seek(state.tick + by);
      e.preventDefault();
      return;
    }
    const pressed = e.key === " " && target.matches("button, summary, input[type=checkbox]") && target !== clicked;
    const act = actions[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (act && !e.altKey && !pressed && meta()) {
      act();
      e.preventDefault();
    }
  });
}
