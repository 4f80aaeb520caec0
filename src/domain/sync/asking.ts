// One scan asked upward: whom, when, and until when. All times run from the moment of decoding. The
// first address is asked at once; where two or three boxes stand, each next one after a short wait (the
// hedge) or as soon as all before it have failed; then the hub. Whoever answers first has answered.

/** Who stands at an address: a box in the ground, or the hub. */
export type Tier = 'edge' | 'hub';

export type Deadlines = {
  /** The next address of the same tier is asked after this wait. */
  readonly hedgeMs: number;
  /** The boxes have until then; the hub is asked from then on. */
  readonly edgeMs: number;
  /** Whoever is above has until then; after it the lane decides. */
  readonly aloneMs: number;
};

export const HEDGE_MS = 150;
const EDGE_MS = 800;
/** Where the event lets nobody in unverified, waiting a little longer is better than the desk. */
const STRICT_EXTRA_MS = 1_300;
/** Deciding alone and writing it down take this long, on a small machine whose line has just broken; the rest is for asking. */
const RESERVE_MS = 100;

/** @param deadlineMs - from decoding to the verdict; 1,200 ms unless somebody sets another */
export function deadlinesFor(deadlineMs: number, isStrict: boolean): Deadlines {
  return {
    hedgeMs: HEDGE_MS,
    edgeMs: Math.min(EDGE_MS, Math.round((deadlineMs * 2) / 3)),
    aloneMs: deadlineMs - RESERVE_MS + (isStrict ? STRICT_EXTRA_MS : 0),
  };
}

export type Asked = {
  readonly address: string;
  readonly tier: Tier;
  readonly askedMs: number;
  /** `silent`: its time is over; an answer is still listened for. */
  readonly state: 'pending' | 'silent' | 'answered' | 'failed';
};

export type Asking = {
  readonly scanId: string;
  readonly readMs: number;
  readonly deadlines: Deadlines;
  /** Not asked yet, in the order in which they would be. */
  readonly waiting: readonly { readonly address: string; readonly tier: Tier }[];
  readonly asked: readonly Asked[];
  /** Who gave the verdict; null: nobody yet. Afterwards only late answers are listened for. */
  readonly settledBy: 'above' | 'lane' | null;
  /** What the first that failed said of it. */
  readonly cause: string | null;
};

/** The next to be asked, if it is time; else when it will be. */
export function nextToAsk(
  asking: Asking,
  nowMs: number,
): { readonly address: string; readonly tier: Tier; readonly atMs: number } | null {
  const [next] = asking.waiting;
  if (next === undefined || asking.settledBy !== null) return null;
  const { readMs, deadlines, asked } = asking;
  if (!asked.some(({ state }) => state === 'pending')) return { ...next, atMs: nowMs };
  const peers = asked.filter(({ tier }) => tier === next.tier);
  const last = peers.at(-1);
  const atMs =
    last === undefined
      ? readMs + deadlines.edgeMs
      : peers.some(({ state }) => state === 'pending')
        ? last.askedMs + deadlines.hedgeMs
        : nowMs;
  return { ...next, atMs };
}

/** When a request that is still without an answer says that nobody is there. */
export function lostAtMs({ readMs, deadlines }: Asking, tier: Tier): number {
  return readMs + (tier === 'edge' ? deadlines.edgeMs : deadlines.aloneMs);
}

/** Nobody is left of whom an answer could be expected. */
export function isInVain({ waiting, asked }: Asking): boolean {
  return (
    waiting.length === 0 && asked.every(({ state }) => state === 'failed' || state === 'silent')
  );
}

export function withState(asking: Asking, address: string, state: Asked['state']): Asking {
  const asked = asking.asked.map((each) => (each.address === address ? { ...each, state } : each));
  return { ...asking, asked };
}
