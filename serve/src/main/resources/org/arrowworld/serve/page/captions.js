// SPDX-License-Identifier: Apache-2.0
// Over two maps: whose they are, and that one of the runs has no such tick.
import { byId, number } from "./dom.js";

export function captions(metas, tick) {
  ["map-a", "map-b"].forEach((id, i) => {
    const of = metas[i];
    const caption = byId(id).querySelector("figcaption");
    caption.hidden = !metas[1];
    const outside = !of || of.first_tick === null ? ""
      : tick > of.last_tick ? ` ends at tick ${number(of.last_tick)}, which is shown`
      : tick < of.first_tick ? ` begins at tick ${number(of.first_tick)}, which is shown` : "";
    caption.textContent = `${of?.name ?? ""}${outside}`;
  });
}
