// What the screens show of a session, and the answers it is made of.
import { z } from 'zod';
import type { Direction } from '#domain/entry/verdict.ts';
import type { LaneAnswer } from '#lane/lane-answer.ts';
import type { NoticeKind } from '#lane/words.ts';
import type { operatorView } from '#protocol/enrolment.ts';

export const holder = z.object({ name: z.string().nullable() });

export type Operator = z.infer<typeof operatorView>;

export type NameAndPin = { readonly name: string; readonly pin: string };

export const handover = z.object({ url: z.string(), expiresAt: z.string() });
export type Handover = z.infer<typeof handover>;

export type Shown = {
  readonly answer: LaneAnswer;
  readonly code: string;
  readonly direction: Direction;
  /** Typed in, not read. */
  readonly isManual: boolean;
};

export type Notice = { readonly id: number; readonly kind: NoticeKind; readonly detail: string };

/** Something that the steward must have read: it stays until it is put away. */
export type Telling = {
  readonly id: number;
  readonly words: 'late.conflict' | 'offer.ignored';
  readonly values: Readonly<Record<string, string>>;
};

/** Why there is no lane any more, and what is still to be sent before everything is wiped. */
export type Ending = { readonly unsent: number; readonly isWiped: boolean };
