// SPDX-License-Identifier: Apache-2.0
// Prints the columns of snapshot and segment files, one line of JSON per file; languages/README.md has the form.
//
//     node read.js FILE...

import { readFileSync } from "node:fs";
import { CompressionType, DataType, RecordBatchReader, compressionRegistry } from "apache-arrow";
import { decompress } from "fzstd";

compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => decompress(data).slice() }); // L-20; a copy is aligned

function typeName(type) {
  if (DataType.isDictionary(type)) return "dictionary";
  if (DataType.isInt(type)) return `${type.isSigned ? "int" : "uint"}${type.bitWidth}`;
  if (DataType.isFloat(type)) return `float${16 << type.precision}`;
  if (DataType.isUtf8(type)) return "utf8";
  throw new Error(`a column of type ${type}`);
}

const hex = (value, digits) => `"${value.toString(16).padStart(digits, "0")}"`;

/** The values of one chunk as JSON texts: integers as they are, floats by their bits. */
function texts(data) {
  const { type, length, offset, values } = data;
  if (DataType.isFloat(type)) {
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    // apache-arrow has cut `values` at the data's offset already.
    return Array.from({ length }, (_, i) =>
      type.precision === 2 ? hex(view.getBigUint64(8 * i, true), 16) : hex(view.getUint32(4 * i, true), 8));
  }
  if (!DataType.isInt(type)) throw new Error(`values of type ${type} at offset ${offset}`);
  return Array.from(values.subarray(0, length), (v) => v.toString()); // 64-bit ones are BigInts
}

function append(column, vector) {
  for (const data of vector.data) {
    if (DataType.isDictionary(data.type)) {
      const words = data.dictionary;
      for (let i = 0; i < data.length; i++) {
        const valid = data.getValid(i);
        column.codes.push(valid ? String(data.values[i]) : "null");
        column.values.push(valid ? JSON.stringify(words.get(data.values[i])) : "null");
      }
    } else if (DataType.isUtf8(data.type)) {
      for (const word of vector) column.values.push(JSON.stringify(word));
    } else {
      for (const text of texts(data)) column.values.push(text);
    }
  }
}

function read(path) {
  const reader = RecordBatchReader.from(readFileSync(path)).open();
  const schema = reader.schema; // the reader forgets it at its end
  const columns = schema.fields.map((field) => ({ field, values: [], codes: [] }));
  for (const batch of reader) { // at once: the next batch may replace a dictionary
    columns.forEach((column, i) => append(column, batch.getChildAt(i)));
  }
  const texts = columns.map(({ field, values, codes }) => {
    const extra = DataType.isDictionary(field.type) ? `,"codes":[${codes}]` : "";
    return `{"name":${JSON.stringify(field.name)},"type":"${typeName(field.type)}","values":[${values}]${extra}}`;
  });
  return `{"metadata":${JSON.stringify(Object.fromEntries(schema.metadata))},"columns":[${texts}]}`;
}

for (const path of process.argv.slice(2)) console.log(read(path));
