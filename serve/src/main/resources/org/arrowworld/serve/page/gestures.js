// SPDX-License-Identifier: Apache-2.0
// Mouse and fingers on the map: pointing, picking, moving, zooming.

export function gestures(map) {
  const { over } = map;
  const at = (e) => [e.offsetX, e.offsetY];
  const fingers = new Map();
  let moved = 0;
  over.addEventListener("wheel", (e) => {
    e.preventDefault();
    map.zoom(Math.exp(Math.max(-1, Math.min(1, e.deltaY / 300))), ...at(e));
  }, { passive: false });
  over.addEventListener("pointerdown", (e) => {
    over.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, at(e));
    moved = 0;
  });
  over.addEventListener("pointermove", (e) => {
    const before = fingers.get(e.pointerId);
    if (!before) {
      map.hover(...at(e));
      return;
    }
    const [dx, dy] = [e.offsetX - before[0], e.offsetY - before[1]];
    moved += Math.abs(dx) + Math.abs(dy);
    const others = [...fingers].filter(([id]) => id !== e.pointerId).map(([, place]) => place);
    if (others.length === 1) {
      const far = (place) => Math.hypot(place[0] - others[0][0], place[1] - others[0][1]);
      map.zoom(far(before) / Math.max(1, far(at(e))), ...others[0]);
    } else if (moved > 4) {
      map.pan(dx, dy);
    }
    fingers.set(e.pointerId, at(e));
  });
  over.addEventListener("pointerup", (e) => {
    fingers.delete(e.pointerId);
    if (moved <= 4) {
      map.onPick(map.nearest(...at(e)));
    }
  });
  over.addEventListener("pointercancel", (e) => fingers.delete(e.pointerId));
  over.addEventListener("pointerleave", () => {
    map.tip.hidden = true;
  });
  over.addEventListener("dblclick", () => map.onBox(null));
}
