// Training: what a lane that is being practised at answers. Nothing is looked up, asked or counted.
import { lessonOf } from '#domain/credentials/practice-code.ts';
import { normaliseCode, type Sha256 } from '#domain/credentials/reading.ts';
import { type NextAction, nextActionOf, type Reason, type Verdict } from './verdict.ts';

export type PracticeAnswer =
  | { readonly verdict: Verdict; readonly reason: Reason | null; readonly next: NextAction }
  /** A real ticket, or no code at all: it is not claimed, and its holder belongs to a real lane. */
  | 'not-practice';

/** @param seen - practice codes, as normalised, that were let in since training began */
export function decidePractice(
  scanned: string,
  seen: ReadonlySet<string>,
  sha256: Sha256,
): PracticeAnswer {
  const text = normaliseCode(scanned);
  const lesson = text === null ? null : lessonOf(text, sha256);
  if (text === null || lesson === null) return 'not-practice';
  switch (lesson) {
    case 'admitted':
      return seen.has(text) ? refused('already-used') : answer('admitted', null);
    case 'provisional':
      return seen.has(text) ? refused('already-used') : answer('provisional', null);
    case 'check-id':
    case 'check-age':
    case 'check-seat':
      return answer('referred', lesson);
    default:
      return refused(lesson);
  }
}

function refused(reason: Reason): PracticeAnswer {
  return answer('refused', reason);
}

function answer(verdict: Verdict, reason: Reason | null): PracticeAnswer {
  return { verdict, reason, next: nextActionOf(verdict, reason, 'in') };
}
