// One act of control as data, so that it can be made again where it was not made first: at a box in the
// ground while its hub is away, and at the hub afterwards. Making it twice is the same as making it once.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Controls, Diversion, GateMode, Hold } from './controls.ts';

export type ControlChange =
  | { readonly kind: 'hold-set'; readonly hold: Hold }
  | { readonly kind: 'hold-lifted'; readonly id: string }
  /** Those that are over at `at` make room. */
  | { readonly kind: 'diversion-set'; readonly diversion: Diversion; readonly at: Instant }
  | { readonly kind: 'diversion-lifted'; readonly id: string }
  | { readonly kind: 'limit-set'; readonly scope: string; readonly limit: number | null }
  | { readonly kind: 'window-moved'; readonly window: Controls['window'] }
  /** `normal` takes back what was set of the gate. */
  | {
      readonly kind: 'mode-set';
      readonly gate: string;
      readonly mode: GateMode['mode'] | 'normal';
      readonly stopAt: number | null;
    };

type Set = Omit<Controls, 'status'>;

export function applyControlChange(controls: Set, change: ControlChange): Set {
  switch (change.kind) {
    case 'hold-set': {
      const others = controls.holds.filter(({ id }) => id !== change.hold.id);
      return { ...controls, holds: [...others, change.hold] };
    }
    case 'hold-lifted':
      return { ...controls, holds: controls.holds.filter(({ id }) => id !== change.id) };
    case 'diversion-set': {
      const { diversion, at } = change;
      const others = controls.diversions.filter(
        ({ id, until }) => id !== diversion.id && until > at,
      );
      return { ...controls, diversions: [...others, diversion] };
    }
    case 'diversion-lifted':
      return { ...controls, diversions: controls.diversions.filter(({ id }) => id !== change.id) };
    case 'limit-set':
      return { ...controls, limits: { ...controls.limits, [change.scope]: change.limit } };
    case 'window-moved':
      return { ...controls, window: change.window };
    case 'mode-set': {
      const { gate, mode, stopAt } = change;
      const others = (controls.modes ?? []).filter((each) => each.gate !== gate);
      return {
        ...controls,
        modes: mode === 'normal' ? others : [...others, { gate, mode, stopAt }],
      };
    }
  }
}
