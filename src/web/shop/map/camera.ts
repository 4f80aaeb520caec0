// Which part of the ground is on the screen. Metres of the ground's plane, pixels of the page.

export type Size = { readonly width: number; readonly height: number };
export type Box = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};
/** What is in the middle of the screen, and how many pixels a metre has. */
export type Camera = { readonly x: number; readonly y: number; readonly scale: number };

/** A seat of half a metre is then 48 px wide: more than a thumb needs. */
export const SCALE_MAX = 96;
const MARGIN_PX = 12;

export function cameraOver(box: Box, { width, height }: Size): Camera {
  const wide = (width - 2 * MARGIN_PX) / (box.right - box.left);
  const high = (height - 2 * MARGIN_PX) / (box.bottom - box.top);
  return {
    x: (box.left + box.right) / 2,
    y: (box.top + box.bottom) / 2,
    scale: Math.min(wide, high, SCALE_MAX),
  };
}

export function toGround(camera: Camera, size: Size, px: number, py: number) {
  return {
    x: camera.x + (px - size.width / 2) / camera.scale,
    y: camera.y + (py - size.height / 2) / camera.scale,
  };
}

export function toScreen(camera: Camera, size: Size, x: number, y: number) {
  return {
    px: (x - camera.x) * camera.scale + size.width / 2,
    py: (y - camera.y) * camera.scale + size.height / 2,
  };
}

/** Nearer by `factor`; what is under (px, py) stays there. */
export function zoomedAt(
  camera: Camera,
  size: Size,
  factor: number,
  px: number,
  py: number,
  least: number,
): Camera {
  const scale = Math.min(SCALE_MAX, Math.max(least, camera.scale * factor));
  const under = toGround(camera, size, px, py);
  return {
    x: under.x - (px - size.width / 2) / scale,
    y: under.y - (py - size.height / 2) / scale,
    scale,
  };
}

/** The middle of the screen never leaves the ground. */
export function kept(camera: Camera, box: Box): Camera {
  return {
    ...camera,
    x: Math.min(box.right, Math.max(box.left, camera.x)),
    y: Math.min(box.bottom, Math.max(box.top, camera.y)),
  };
}

export function shownBox(camera: Camera, { width, height }: Size): Box {
  const [x, y] = [width / 2 / camera.scale, height / 2 / camera.scale];
  return { left: camera.x - x, right: camera.x + x, top: camera.y - y, bottom: camera.y + y };
}

export function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
