// Who takes part in a rehearsal, and between whom there are lines.

export const NODES = ['hub', 'box-a', 'box-b'] as const;
export type NodeName = (typeof NODES)[number];

export const BOXES = ['box-a', 'box-b'] as const;
export type Box = (typeof BOXES)[number];

/** Lanes of a stand hang on one switch. */
export const STANDS = ['north', 'south'] as const;
export type Stand = (typeof STANDS)[number];

export type Party = NodeName | Stand;

/** The box that stands where the lanes of the stand are: they ask it first. */
export const BOX_OF: Readonly<Record<Stand, Box>> = { north: 'box-a', south: 'box-b' };

export const LINKS = [
  'north:box-a',
  'north:box-b',
  'north:hub',
  'south:box-a',
  'south:box-b',
  'south:hub',
  'box-a:hub',
  'box-b:hub',
  'box-a:box-b',
] as const;
export type Link = (typeof LINKS)[number];

/** All lines of one party at once: a switch, a way out of the ground. */
const BUNDLES = ['north:*', 'south:*', 'hub:*', 'box-a:*', 'box-b:*'] as const;

export const LINK_TARGETS: readonly string[] = [...LINKS, ...BUNDLES];

/** @param target - a link such as `north:hub`, or all of a party: `hub:*` */
export function linksOf(target: string): readonly Link[] {
  const [one = '', other = ''] = target.split(':');
  if (other !== '*') return LINKS.filter((link) => link === target);
  return LINKS.filter((link) => link.split(':').includes(one));
}

export function endsOf(link: Link): readonly [Party, NodeName] {
  return link.split(':') as [Party, NodeName];
}

/** Lanes are numbered from 1; the first half stands in the north. */
export function laneName(number: number): string {
  return `lane-${number}`;
}

export function laneNumber(target: string): number | null {
  const number = Number(/^lane-(\d{1,3})$/.exec(target)?.[1] ?? Number.NaN);
  return Number.isInteger(number) && number > 0 ? number : null;
}

export function standOf(lane: number, lanes: number): Stand {
  return lane <= Math.ceil(lanes / 2) ? 'north' : 'south';
}

/** Two gates a stand: lanes take them in turn. */
export function gateOf(lane: number, lanes: number): string {
  return `${standOf(lane, lanes) === 'north' ? 'N' : 'S'}${(lane % 2) + 1}`;
}

export const GATES = ['N1', 'N2', 'S1', 'S2'] as const;
