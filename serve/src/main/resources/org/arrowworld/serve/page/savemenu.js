// SPDX-License-Identifier: Apache-2.0
// The menu that saves what is shown: a picture, rows, plots, Arrow, the link.
import * as api from "./api.js";
import { byId, number } from "./dom.js";
import { matching } from "./filter.js";
import { tableOf } from "./lives.js";
import { savePicture, saveReply, saveText } from "./save.js";
import { saveNow, set, state } from "./state.js";

export function saveMenu({ maps, rows, plots, listed, two, terms, fail }) {
  const name = (ending) => `${state.run.replaceAll("/", "-")}-tick-${state.tick}.${ending}`;
  const saving = (id, act) => byId(id).addEventListener("click", async () => {
    byId("save-menu").open = false;
    try { await act(); } catch (e) { fail(e); }
  });
  const menu = byId("save-menu");
  document.addEventListener("pointerdown", (e) => { if (!menu.contains(e.target)) menu.open = false; });
  menu.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
      e.stopPropagation();
    }
  });
  saving("save-png", () => savePicture(maps.slice(0, two() ? 2 : 1), [...document.querySelectorAll("#plots canvas")], `${state.run}, tick ${number(state.tick)}`, name("png")));
  saving("save-rows", () => {
    const found = listed();
    if (!found) { set({ tab: "table" }); throw new Error("The rows are being read: save them once they are listed."); }
    rows.show(found, matching(found, terms()), state.sort, state.sel);
    saveText(rows.csv(), name(`${state.list.replace(":", "-")}.csv`));
  });
  saving("save-plots", () => saveText(plots.csv(), `${state.run.replaceAll("/", "-")}-plots.csv`));
  saving("save-arrow", () => saveReply(api.tableAddress(state.run, state.tick, tableOf(state.list)), name(`${tableOf(state.list)}.arrows`)));
  saving("copy-link", () => { saveNow(); return navigator.clipboard.writeText(location.href); });
}
