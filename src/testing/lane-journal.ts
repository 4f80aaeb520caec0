// A lane's journal for tests: entries as lanes write them, and their upload as the server takes it.
import { randomUUID } from 'node:crypto';
import type { JournalEntry, JournalReceipt } from '#protocol/journal.ts';
import { iso } from '#server/platform/clock.ts';
import type { Device } from '#server/platform/principal.ts';
import { storeJournal } from '#server/sync/journal.ts';
import { replayJournals } from '#server/sync/replay.ts';
import type { HubNode } from './hub-node.ts';

type Outcome = Extract<JournalEntry, { kind: 'outcome' }>;
/** As it came over the wire: anything with a number. */
export type RawEntry = { readonly seq: number } & Record<string, unknown>;

export class LaneJournal {
  readonly device: Device;
  readonly journalId: string;

  constructor(device: Device, journalId: string = randomUUID()) {
    this.device = device;
    this.journalId = journalId;
  }

  async upload(
    node: HubNode,
    entries: readonly RawEntry[],
    isComplete = false,
  ): Promise<JournalReceipt> {
    const receipt = await this.store(node, entries, isComplete);
    return { ...receipt, conflicts: await replayJournals(node.context, this.device) };
  }

  /** Stored and nothing more: the server dies before it makes the entries true. */
  store(node: HubNode, entries: readonly RawEntry[], isComplete = false) {
    const { journalId } = this;
    const at = new Date(node.clock.now);
    return storeJournal(node.context.pool, this.device, { journalId, entries, isComplete }, at);
  }
}

/** Let in by the lane alone. */
export function provisional(
  seq: number,
  scanId: string,
  code: string,
  scannedAt: number,
  changes: Partial<Outcome> = {},
): Outcome {
  return {
    kind: 'outcome',
    seq,
    scanId,
    code,
    direction: 'in',
    scannedAt: iso(scannedAt),
    verdict: 'provisional',
    reason: null,
    rung: 'provisional',
    revision: null,
    ...changes,
  };
}

export function annulled(seq: number, scanId: string, at: number): JournalEntry {
  return { kind: 'annulled', seq, scanId, at: iso(at), cause: 'not-turned' };
}

/** For the record only. */
export function turned(seq: number, scanId: string, at: number): JournalEntry {
  return { kind: 'turned', seq, scanId, turned: true, at: iso(at) };
}
