// Fingers, wheel and keys on the map: drag, pinch, double tap, arrows. A short press that did not move is a tap.
import type { MapView } from './map-view.ts';

const TAP_SLOP_PX = 8;
const WHEEL_PER_PX = 0.0016;
const KEY_STEP_PX = 80;
const KEY_ZOOM = 1.4;

type Finger = { x: number; y: number; readonly fromX: number; readonly fromY: number };

/** @returns how to stop listening */
export function listenToGestures(
  canvas: HTMLCanvasElement,
  view: MapView,
  { tap, hover }: Readonly<Record<'tap' | 'hover', (px: number, py: number) => void>>,
): () => void {
  const fingers = new Map<number, Finger>();
  let hasMoved = false;
  const listening = new AbortController();
  const { signal } = listening;
  const placeOf = (event: MouseEvent) => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const down = (event: PointerEvent) => {
    const { x, y } = placeOf(event);
    canvas.setPointerCapture(event.pointerId);
    if (fingers.size === 0) hasMoved = false;
    fingers.set(event.pointerId, { x, y, fromX: x, fromY: y });
    if (fingers.size > 1) hasMoved = true;
  };
  const move = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    const { x, y } = placeOf(event);
    if (finger === undefined) {
      if (event.pointerType === 'mouse') hover(x, y);
      return;
    }
    const before = pinchOf(fingers);
    const [dx, dy] = [x - finger.x, y - finger.y];
    [finger.x, finger.y] = [x, y];
    if (Math.hypot(x - finger.fromX, y - finger.fromY) > TAP_SLOP_PX) hasMoved = true;
    if (!hasMoved) return;
    const after = pinchOf(fingers);
    if (before === null || after === null) {
      view.panBy(dx, dy);
      return;
    }
    view.panBy(after.x - before.x, after.y - before.y);
    view.zoom(after.apart / Math.max(1, before.apart), after.x, after.y);
  };
  const up = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (finger !== undefined && !hasMoved && event.type === 'pointerup') tap(finger.x, finger.y);
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const { x, y } = placeOf(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    view.zoom(Math.exp(-event.deltaY * lines * WHEEL_PER_PX), x, y);
  };
  const key = (event: KeyboardEvent) => {
    const act = KEYS[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act(view);
  };
  canvas.addEventListener('pointerdown', down, { signal });
  canvas.addEventListener('pointermove', move, { signal });
  canvas.addEventListener('pointerup', up, { signal });
  canvas.addEventListener('pointercancel', up, { signal });
  canvas.addEventListener('wheel', wheel, { signal, passive: false });
  canvas.addEventListener('keydown', key, { signal });
  return () => listening.abort();
}

const KEYS: Readonly<Record<string, (view: MapView) => void>> = {
  ArrowLeft: (view) => view.panBy(KEY_STEP_PX, 0),
  ArrowRight: (view) => view.panBy(-KEY_STEP_PX, 0),
  ArrowUp: (view) => view.panBy(0, KEY_STEP_PX),
  ArrowDown: (view) => view.panBy(0, -KEY_STEP_PX),
  '+': (view) => view.zoom(KEY_ZOOM),
  '=': (view) => view.zoom(KEY_ZOOM),
  '-': (view) => view.zoom(1 / KEY_ZOOM),
  '0': (view) => view.showAll(),
};

function pinchOf(fingers: ReadonlyMap<number, Finger>) {
  const [a, b] = [...fingers.values()];
  if (a === undefined || b === undefined) return null;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
}
