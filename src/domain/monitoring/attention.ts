// What needs someone now: one list, most urgent first, the same for everybody who looks at the same facts.
import type { Instant } from '#domain/kernel/instant.ts';

/** From what cannot wait to what can. The order is the order of the list. */
export const ATTENTION_KINDS = [
  'evacuation',
  'call-crush',
  'call-medical',
  'call-threat',
  'store-behind',
  'gate-down',
  'limit-reached',
  'gate-quiet',
  'gate-slow',
  'will-miss',
  'cloned-identity',
  'revoked-device-uploads',
  'pin-guessing',
  'canary-rolled-back',
  'call-help',
  'call-kit',
  'limit-near',
  'unsynced',
  'lane-alone',
  'lane-silent',
  'conflicts',
  'clock-wrong',
  'battery-low',
  'entry-risks',
  'not-ready',
  'diversion-ends',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

/** 1: somebody may come to harm or a gate stands still · 2: people wait or something is wrong · 3: soon. */
export type Urgency = 1 | 2 | 3;

const URGENCY: Readonly<Record<AttentionKind, Urgency>> = {
  evacuation: 1,
  'call-crush': 1,
  'call-medical': 1,
  'call-threat': 1,
  'store-behind': 1,
  'gate-down': 1,
  'limit-reached': 1,
  'gate-quiet': 2,
  'gate-slow': 2,
  'will-miss': 2,
  'cloned-identity': 2,
  'revoked-device-uploads': 2,
  'pin-guessing': 2,
  'canary-rolled-back': 2,
  'call-help': 2,
  'call-kit': 2,
  'limit-near': 2,
  unsynced: 2,
  'lane-alone': 3,
  'lane-silent': 3,
  conflicts: 3,
  'clock-wrong': 3,
  'battery-low': 3,
  'entry-risks': 3,
  'not-ready': 3,
  'diversion-ends': 3,
};

export type AttentionItem = {
  /** The same for as long as it is the same thing. */
  readonly key: string;
  readonly kind: AttentionKind;
  readonly gate: string | null;
  readonly lane: string | null;
  /** Id of the call, device, limit or diversion that it is about. */
  readonly subject: string | null;
  readonly since: Instant;
  /** People, minutes, per cent: what the sentence says. */
  readonly figure: number | null;
};

export type Ranked = AttentionItem & {
  readonly urgency: Urgency;
  /** Who has taken it on, until when. */
  readonly taken: { readonly by: string; readonly until: Instant } | null;
};

/**
 * Untaken before taken; then by urgency, kind, what lasts longest, and key, so that two screens that know
 * the same show the same order.
 */
export function rankAttention(
  items: readonly AttentionItem[],
  taken: ReadonlyMap<string, { readonly by: string; readonly until: Instant }>,
  now: Instant,
): Ranked[] {
  return items
    .map((item) => {
      const by = taken.get(item.key);
      const isTaken = by !== undefined && by.until > now;
      return { ...item, urgency: URGENCY[item.kind], taken: isTaken ? by : null };
    })
    .sort(
      (a, b) =>
        Number(a.taken !== null) - Number(b.taken !== null) ||
        a.urgency - b.urgency ||
        ATTENTION_KINDS.indexOf(a.kind) - ATTENTION_KINDS.indexOf(b.kind) ||
        a.since - b.since ||
        (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
    );
}
