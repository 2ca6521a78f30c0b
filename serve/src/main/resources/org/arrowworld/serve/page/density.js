// SPDX-License-Identifier: Apache-2.0
// Crowds: how many rows there are in each little square, by the logarithm.
import { amounts } from "./colors.js";

/** Draws them on a map's ground; gives the most there are in one square. */
export function density(map, context, parts) {
  const { left, top, width, height } = map.inner();
  const size = 3;
  const [across, down] = [Math.ceil(width / size), Math.ceil(height / size)];
  const counts = new Uint32Array(across * down);
  const [x0, y0, x1, y1] = map.seen();
  let most = 0;
  for (const { layer, table } of parts) {
    const x = table.columns.get(layer.x).values;
    const y = table.columns.get(layer.y).values;
    const matches = map.scene.matches?.get(layer.table);
    for (let i = 0; i < table.rows; i++) {
      const cx = Math.floor(((Number(x[i]) - x0) / (x1 - x0)) * across);
      const cy = Math.floor(((y1 - Number(y[i])) / (y1 - y0)) * down);
      if (cx >= 0 && cy >= 0 && cx < across && cy < down && (!matches || matches[i])) {
        most = Math.max(most, ++counts[cy * across + cx]);
      }
    }
  }
  const image = new ImageData(across, down);
  const table = amounts();
  const scale = 255 / Math.log1p(Math.max(1, most));
  counts.forEach((count, i) => {
    if (count > 0) {
      const at = 3 * Math.round(Math.log1p(count) * scale);
      image.data.set([table[at], table[at + 1], table[at + 2], 255], 4 * i);
    }
  });
  const small = new OffscreenCanvas(across, down);
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, left, top, across * size, down * size);
  context.imageSmoothingEnabled = true;
  return most;
}
