import type { GateState } from '#domain/monitoring/gate-state.ts';
import type { Hue } from '#web/ui/verdict-shape.tsx';

/** The five hues of the product; each comes with its shape and the state's word. */
export const GATE_HUE: Readonly<Record<GateState, Hue>> = {
  held: 'refused',
  down: 'refused',
  quiet: 'refused',
  slow: 'refer',
  metered: 'refer',
  alone: 'provisional',
  flowing: 'admitted',
  idle: 'unknown',
};

export const HUE_FILL: Readonly<Record<Hue, string>> = {
  admitted: 'fill-admitted',
  refused: 'fill-refused',
  refer: 'fill-refer',
  provisional: 'fill-provisional',
  unknown: 'fill-unknown',
};

export const HUE_STROKE: Readonly<Record<Hue, string>> = {
  admitted: 'stroke-admitted',
  refused: 'stroke-refused',
  refer: 'stroke-refer',
  provisional: 'stroke-provisional',
  unknown: 'stroke-unknown',
};
