// SPDX-License-Identifier: Apache-2.0
// Saves what is seen.
import { variable } from "./colors.js";

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const saveText = (text, name) => download(new Blob([text], { type: "text/csv;charset=utf-8" }), name);

export const saveReply = async (address, name) => download(await (await fetch(address)).blob(), name);

/** The maps beside each other and the plots below them, as one picture. */
export async function savePicture(maps, plots, title, name) {
  const pictures = maps.map((map) => map.picture());
  const ratio = devicePixelRatio || 1;
  const width = pictures.reduce((sum, p) => sum + p.width, 0);
  const top = Math.round(26 * ratio);
  const below = plots.reduce((sum, p) => sum + p.height + 8, 0);
  const whole = new OffscreenCanvas(width, top + Math.max(...pictures.map((p) => p.height)) + below);
  const context = whole.getContext("2d");
  context.fillStyle = variable("--ground");
  context.fillRect(0, 0, whole.width, whole.height);
  context.fillStyle = variable("--text");
  context.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  context.fillText(title, 10 * ratio, top / 2);
  let x = 0;
  for (const picture of pictures) {
    context.drawImage(picture, x, top);
    x += picture.width;
  }
  let y = top + Math.max(...pictures.map((p) => p.height));
  for (const plot of plots) {
    context.drawImage(plot, 0, y, width, (plot.height / plot.width) * width);
    y += plot.height + 8;
  }
  download(await whole.convertToBlob({ type: "image/png" }), name);
}
