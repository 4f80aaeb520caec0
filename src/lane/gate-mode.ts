// How people are checked here: by code, by eye or not at all, as control and the supervisor say.
import { type Mode, type ModeSet, NORMAL } from '#domain/sync/ladder.ts';
import type { LaneParts } from './lane-parts.ts';

/** Who has set a mode at the lane itself. */
export type SetBy = {
  /** A pseudonymous id when it is proven, else whatever name was given. */
  readonly who: string;
  /** False: nobody could be asked whether they are a supervisor. The gate never waits for that. */
  readonly isProven: boolean;
};

export async function setModeHere(
  { journal, driver }: LaneParts,
  mode: Mode,
  stopAt: number | null,
  { who, isProven }: SetBy,
): Promise<void> {
  const set: ModeSet = mode === 'normal' ? NORMAL : { mode, stopAt };
  await journal.put({ mode: JSON.stringify(set) });
  const cause = `${mode}: set here by ${who}${isProven ? '' : ', whom nobody could confirm'}`;
  driver.step({ kind: 'mode', by: 'supervisor', set, cause });
}

/** @returns false when control's word for this gate is what it was */
export function takeModeOfControl({ knowledge, driver }: LaneParts): boolean {
  const gate = knowledge.self()?.gate;
  const found = knowledge.controls()?.modes?.find((each) => each.gate === gate);
  const { mode, stopAt }: ModeSet = found ?? NORMAL;
  const before = driver.ladder().modes.control;
  if (before.mode === mode && before.stopAt === stopAt) return false;
  const cause = `${mode}: set by control`;
  driver.step({ kind: 'mode', by: 'control', set: { mode, stopAt }, cause });
  return true;
}

/** What a supervisor had put on before this lane was started again. */
export function recallMode({ journal, driver }: LaneParts): void {
  const kept = journal.meta('mode');
  const set: ModeSet = kept === null ? NORMAL : JSON.parse(kept);
  const cause = 'put on by a supervisor before this lane was started again';
  if (set.mode !== 'normal') driver.step({ kind: 'mode', by: 'supervisor', set, cause });
}
