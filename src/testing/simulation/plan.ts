// What is going to happen in one simulated evening: who stands where, and a list of acts with their times, all
// drawn from the seed. A list, so that acts can be left out one by one until only those remain that matter.
import type { OfflinePolicy } from '#domain/venue/match-event.ts';
import { Chance } from './chance.ts';
import type { LaneStep } from './lane-view.ts';
import type { Weather } from './schedule.ts';
import type { NodeStep } from './server-node.ts';
import { GATES } from './simulated-match.ts';

export type Setting = {
  readonly lanes: readonly { readonly name: string; readonly gate: string }[];
  readonly boxes: readonly string[];
  readonly hubs: readonly string[];
  readonly authority: string;
  readonly tickets: number;
  readonly offline: OfflinePolicy;
  readonly offlineMax: number;
  readonly weather: Weather;
  readonly endsMs: number;
};

export type Act = { readonly atMs: number } & (
  | {
      readonly kind: 'scan';
      readonly lane: string;
      readonly serial: number;
      /** Issues before the one now in force; `forged` and `noise` are no code of ours. */
      readonly code: 'current' | 'older' | 'forged' | 'noise';
      readonly direction: 'in' | 'out';
      readonly turns: boolean;
    }
  | { readonly kind: 'cut'; readonly a: string; readonly b: string; readonly forMs: number }
  | { readonly kind: 'isolate' | 'flap'; readonly name: string; readonly forMs: number }
  | { readonly kind: 'slow'; readonly name: string; readonly forMs: number; readonly byMs: number }
  | { readonly kind: 'crash'; readonly name: string; readonly forMs: number }
  | {
      readonly kind: 'trap';
      readonly name: string;
      readonly at: LaneStep | NodeStep;
      readonly forMs: number;
    }
  | { readonly kind: 'backup'; readonly name: string }
  | {
      readonly kind: 'restore';
      readonly name: string;
      readonly how: 'restored' | 'folder' | 'machine';
    }
  | { readonly kind: 'lose'; readonly name: string }
  | { readonly kind: 'block' | 'unblock' | 'reissue' | 'refund' | 'sell'; readonly serial: number }
  | { readonly kind: 'limit'; readonly limit: number | null }
  | { readonly kind: 'hold' | 'divert'; readonly forMs: number }
  | { readonly kind: 'move'; readonly to: string }
  | { readonly kind: 'skew'; readonly name: string; readonly byMs: number }
  | { readonly kind: 'clone'; readonly lane: string; readonly onto: string }
  | { readonly kind: 'wipe-list'; readonly lane: string }
  | { readonly kind: 'readmit' }
);

export type Plan = {
  readonly seed: number;
  readonly setting: Setting;
  readonly acts: readonly Act[];
};

const ENDS_MS = 60_000;
const LANE_STEPS: readonly LaneStep[] = [
  'after-intent',
  'after-claim',
  'after-outcome',
  'after-light',
];
const NODE_STEPS: readonly NodeStep[] = ['after-read', 'after-commit', 'before-replay'];

export function planFor(seed: number): Plan {
  const chance = new Chance(`plan ${seed}`);
  const setting = settingFor(chance);
  const acts = [
    ...scans(chance, setting),
    ...Array.from({ length: chance.between(8, 22) }, () => trouble(chance, setting)),
    ...(chance.is(0.25) ? returning(chance, setting) : []),
    ...(chance.is(0.3) ? restoring(chance, setting) : []),
    ...(chance.is(0.2) ? cloning(chance, setting) : []),
  ];
  return { seed, setting, acts: acts.sort((a, b) => a.atMs - b.atMs) };
}

function settingFor(chance: Chance): Setting {
  const lanes = Array.from({ length: chance.between(3, 5) }, (_, index) => {
    return { name: `lane-${index + 1}`, gate: GATES[index % 5 === 4 ? 2 : index % 2] ?? 'N1' };
  });
  const boxes = Array.from({ length: chance.between(1, 3) }, (_, index) => `box-${index + 1}`);
  const hubs = ['hub-1', 'hub-2'];
  const isRough = chance.is(0.5);
  return {
    lanes,
    boxes,
    hubs,
    authority: chance.is(0.45) ? 'hub' : chance.pick(boxes),
    tickets: chance.between(6, 14),
    offline: chance.pick(['open', 'open', 'limited', 'strict'] as const),
    offlineMax: chance.between(1, 3),
    weather: {
      lossChance: isRough ? 0.05 : 0.005,
      doubleChance: isRough ? 0.05 : 0.01,
      delayMs: [2, isRough ? 120 : 30],
    },
    endsMs: ENDS_MS,
  };
}

/** Holders come in a rush; some come again, some show a copy of the same code elsewhere in the same second. */
function scans(chance: Chance, { lanes, tickets }: Setting): Act[] {
  return Array.from({ length: chance.between(25, 45) }, (): Act[] => {
    const scan = {
      kind: 'scan' as const,
      atMs: chance.between(4_000, ENDS_MS),
      lane: chance.pick(lanes).name,
      serial: chance.between(1, tickets),
      code: chance.is(0.85)
        ? ('current' as const)
        : chance.pick(['older', 'forged', 'noise'] as const),
      direction: chance.is(0.25) ? ('out' as const) : ('in' as const),
      turns: chance.is(0.88),
    };
    const again = { ...scan, atMs: scan.atMs + chance.between(300, 4_000) };
    const copy = {
      ...scan,
      atMs: scan.atMs + chance.between(0, 60),
      lane: chance.pick(lanes).name,
    };
    return [scan, ...(chance.is(0.2) ? [again] : []), ...(chance.is(0.15) ? [copy] : [])];
  }).flat();
}

function trouble(chance: Chance, setting: Setting): Act {
  const { lanes, boxes, hubs, tickets } = setting;
  const nodes = [...boxes, ...hubs];
  const lane = chance.pick(lanes).name;
  const node = chance.pick(nodes);
  const anyone = chance.is(0.5) ? lane : node;
  const atMs = chance.between(0, ENDS_MS);
  const forMs = chance.between(1_000, 15_000);
  const serial = chance.between(1, tickets);
  const draws: readonly (() => Act)[] = [
    () => ({ atMs, kind: 'cut', a: anyone, b: chance.pick(nodes), forMs }),
    () => ({ atMs, kind: 'isolate', name: lane, forMs }),
    () => ({ atMs, kind: 'isolate', name: node, forMs }),
    () => ({ atMs, kind: 'flap', name: anyone, forMs }),
    () => ({ atMs, kind: 'slow', name: node, forMs, byMs: chance.pick([300, 1_500, 5_000]) }),
    () => ({ atMs, kind: 'crash', name: anyone, forMs: Math.min(forMs, 6_000) }),
    () => ({ atMs, kind: 'trap', name: lane, at: chance.pick(LANE_STEPS), forMs: 2_000 }),
    () => ({ atMs, kind: 'trap', name: node, at: chance.pick(NODE_STEPS), forMs: 2_000 }),
    () => ({ atMs, kind: chance.pick(['block', 'unblock', 'reissue', 'refund'] as const), serial }),
    () => ({ atMs, kind: chance.pick(['block', 'reissue', 'reissue'] as const), serial }),
    () => ({ atMs, kind: 'sell', serial: tickets + serial }),
    () => ({ atMs, kind: 'limit', limit: chance.is(0.3) ? null : chance.between(1, 6) }),
    () => ({ atMs, kind: chance.pick(['hold', 'divert'] as const), forMs }),
    () => ({ atMs, kind: 'move', to: chance.pick(['hub', ...boxes]) }),
    () => ({ atMs, kind: 'skew', name: anyone, byMs: chance.between(-120_000, 120_000) }),
    () => ({ atMs, kind: 'wipe-list', lane }),
    () => ({ atMs, kind: 'readmit' }),
  ];
  return chance.pick(draws)();
}

/** The lane dies between its verdict and the light; the same holder is there when it is back. */
function returning(chance: Chance, { lanes, tickets }: Setting): Act[] {
  const atMs = chance.between(5_000, 50_000);
  const lane = chance.pick(lanes).name;
  const serial = chance.between(1, tickets);
  const scan = {
    kind: 'scan',
    lane,
    serial,
    code: 'current',
    direction: 'in',
    turns: true,
  } as const;
  return [
    { atMs, kind: 'trap', name: lane, at: chance.pick(LANE_STEPS), forMs: 1_500 },
    { ...scan, atMs: atMs + 10 },
    { ...scan, atMs: atMs + 1_600 + chance.between(0, 1_500) },
  ];
}

function restoring(chance: Chance, { boxes }: Setting): Act[] {
  const name = chance.pick(['hub', ...boxes]);
  const atMs = chance.between(5_000, 30_000);
  if (name !== 'hub' && chance.is(0.25)) return [{ atMs, kind: 'lose', name }];
  const how = chance.pick(['restored', 'folder', 'folder', 'machine'] as const);
  const restoredAtMs = atMs + chance.between(3_000, 20_000);
  return [
    { atMs, kind: 'backup', name },
    { atMs: restoredAtMs, kind: 'restore', name, how },
  ];
}

function cloning(chance: Chance, { lanes }: Setting): Act[] {
  const atMs = chance.between(10_000, 40_000);
  const [lane, onto] = chance.shuffle(lanes.map(({ name }) => name));
  if (lane === undefined || onto === undefined) return [];
  return [{ atMs, kind: 'clone', lane, onto }];
}
