// SPDX-License-Identifier: Apache-2.0
// Makes elements: h("button", {class: "quiet", onclick: go}, "Go"). Text is always text, never markup.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name in element && typeof value === "boolean") {
      element[name] = value;
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Fills a select with options; keeps what is chosen where it is still there. */
export function fill(select, options, chosen) {
  select.replaceChildren(
    ...options.map(([value, text]) => h("option", { value }, text ?? value)),
  );
  select.value = options.some(([value]) => value === chosen) ? chosen : (options[0]?.[0] ?? "");
}

/** Numbers as people read them: grouped, and with no more digits than help. */
export function number(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  if (typeof value === "bigint") {
    return value.toString();
  }
  if (typeof value !== "number") {
    return String(value);
  }
  if (Number.isInteger(value)) {
    return Math.abs(value) < 1e15 ? value.toLocaleString("en") : String(value);
  }
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-3
    ? value.toExponential(3)
    : value.toLocaleString("en", { maximumSignificantDigits: Math.max(4, Math.floor(Math.log10(size)) + 3) });
}

/** Runs a job at most once per picture, with its latest argument. */
export function perPicture(job) {
  let waiting = false;
  let latest;
  return (...args) => {
    latest = args;
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        job(...latest);
      });
    }
  };
}
