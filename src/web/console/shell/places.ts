// Where one can go, by which keys, and who may.
import type { Permission } from '#domain/access/roles.ts';

export type Place = {
  readonly path: string;
  /** Of the words for it. */
  readonly word: string;
  /** Pressed after g. */
  readonly key: string;
  readonly needs: Permission;
  readonly group: 'now' | 'people' | 'after';
};

export const PLACES = [
  { path: 'ground', word: 'place.ground', key: 'g', needs: 'live.read', group: 'now' },
  { path: 'controls', word: 'place.controls', key: 'c', needs: 'controls.read', group: 'now' },
  { path: 'calls', word: 'place.calls', key: 'm', needs: 'devices.read', group: 'now' },
  {
    path: 'evacuation',
    word: 'place.evacuation',
    key: 'e',
    needs: 'evacuation.lead',
    group: 'now',
  },
  { path: 'tickets', word: 'place.tickets', key: 't', needs: 'tickets.read', group: 'people' },
  {
    path: 'conflicts',
    word: 'place.conflicts',
    key: 'x',
    needs: 'conflicts.read',
    group: 'people',
  },
  { path: 'sell', word: 'place.sell', key: 'k', needs: 'desk.order', group: 'people' },
  { path: 'desk', word: 'place.desk', key: 'b', needs: 'tickets.read', group: 'people' },
  { path: 'devices', word: 'place.devices', key: 'd', needs: 'devices.read', group: 'people' },
  { path: 'seats', word: 'place.seats', key: 's', needs: 'grounds.read', group: 'after' },
  { path: 'report', word: 'place.report', key: 'r', needs: 'reports.read', group: 'after' },
  { path: 'audit', word: 'place.audit', key: 'a', needs: 'audit.read', group: 'after' },
  { path: 'accounts', word: 'place.accounts', key: 'u', needs: 'accounts.manage', group: 'after' },
  { path: 'me', word: 'place.me', key: 'o', needs: 'events.read', group: 'after' },
] as const satisfies readonly Place[];

export type PlacePath = (typeof PLACES)[number]['path'];
