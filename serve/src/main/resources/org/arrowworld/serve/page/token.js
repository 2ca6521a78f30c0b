// SPDX-License-Identifier: Apache-2.0
// A form for who was given the token without the address that it belongs to.
import { h } from "./dom.js";

export function tokenForm() {
  const token = h("input", { type: "password", required: true, "aria-label": "Token", autocomplete: "off" });
  return h("form", { class: "line", onsubmit: (e) => {
    e.preventDefault();
    location.assign(`/open?token=${encodeURIComponent(token.value.trim())}${location.hash}`);
  } }, token, h("button", { class: "primary" }, "Open"));
}
