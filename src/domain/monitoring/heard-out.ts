// Whether a lane has told all that it did. A phone that died may hold scans that nobody has seen: the night is
// not final until it has sent them, or somebody has said that nothing more will come.
import type { Instant } from '#domain/kernel/instant.ts';

export type LastWords = {
  /** When it last said that it had nothing to send: by a whole journal, or by its status. */
  readonly clearAt: Instant | null;
  /** When it last said that it had, and how much. */
  readonly owing: { readonly at: Instant; readonly scans: number } | null;
  /** Until when it could decide: its end, the end of the match, or when its steward signed off. */
  readonly stoodUntil: Instant;
};

export type Unheard =
  /** It said so itself. */
  | { readonly why: 'unsent'; readonly scans: number }
  /** It could still decide after its last word. */
  | { readonly why: 'silent' };

/** @returns null when it has been heard out */
export function unheard({ clearAt, owing, stoodUntil }: LastWords): Unheard | null {
  if (owing !== null && owing.at > (clearAt ?? Number.NEGATIVE_INFINITY)) {
    return { why: 'unsent', scans: owing.scans };
  }
  return clearAt === null || clearAt < stoodUntil ? { why: 'silent' } : null;
}
