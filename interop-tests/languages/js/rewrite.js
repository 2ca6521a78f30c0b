// SPDX-License-Identifier: Apache-2.0
// Writes Arrow tables that others made again, as apache-arrow writes them: a line of standard input is a JSON object
// {"from", "to", "form": "file" | "stream", "build": bool}, the answer a line: "ok", or why it did not work. With
// `build` each column is made anew, value by value, by apache-arrow's builders.
//
//     node rewrite.js

import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Table, tableFromIPC, tableToIPC, vectorFromArray } from "apache-arrow";

function rewrite({ from, to, form, build }) {
  const read = tableFromIPC(readFileSync(from));
  const table = !build ? read : new Table(Object.fromEntries(read.schema.fields.map((field, i) =>
    [field.name, vectorFromArray([...read.getChildAt(i)], field.type)])));
  writeFileSync(to, tableToIPC(table, form));
  return "ok";
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = rewrite(JSON.parse(line));
  } catch (e) {
    answer = String(e).replaceAll("\n", " ");
  }
  process.stdout.write(answer + "\n");
}
