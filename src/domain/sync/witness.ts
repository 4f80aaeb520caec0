// Is this the claim store that others have seen, or an older one come back? Every answer names the epoch of
// its store and a revision that only grows within it: whoever has seen more than a store has proves that the
// store is behind.

/** What somebody was told by a claim store: it had come so far. */
export type Witnessed = { readonly epoch: string; readonly revision: number };

/** What a store knows of itself. */
export type StorePast = {
  readonly epoch: string;
  /** How far it has come in the epoch it is in. */
  readonly revision: number;
  /** Where it ended in an epoch; null: whatever was seen of it is settled; undefined: it never had it. */
  readonly endOf: (epoch: string) => number | null | undefined;
};

export type Behind = {
  readonly why: string;
  /** An epoch that the store has never had: settled once its lanes have been heard out. */
  readonly unknownEpoch: string | null;
};

/** @param who - begins the reason: `a lane`. @returns null when the store knows what was seen */
export function judgeWitness(seen: Witnessed, past: StorePast, who: string): Behind | null {
  const { epoch, revision } = seen;
  if (epoch === past.epoch) {
    if (revision <= past.revision) return null;
    const why = `${who} has seen revision ${revision}, this store has ${past.revision}`;
    return { why, unknownEpoch: null };
  }
  const end = past.endOf(epoch);
  if (end === undefined) {
    const why = `${who} has seen epoch ${epoch}, which this store never had`;
    return { why, unknownEpoch: epoch };
  }
  if (end === null || revision <= end) return null;
  const why = `${who} has seen revision ${revision} of an epoch that ended here at ${end}`;
  return { why, unknownEpoch: null };
}
