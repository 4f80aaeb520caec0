// A sale by name: who must show which document, one document for one ticket, and ages as far as a document
// says them. What is refused is refused before anybody pays.
import type { DocumentKind, IdentityDocument } from '#domain/identity/document.ts';
import { covers } from './price-list.ts';

export type AgeRule = {
  readonly type: string;
  /** Whole years on the day of the match; null: no such bound. */
  readonly fromYears: number | null;
  /** No longer at this age. */
  readonly untilYears: number | null;
};

export type RealNameRule = {
  /** Documents that are taken. */
  readonly kinds: readonly DocumentKind[];
  /** Ticket types that are bound to a document; null: all. */
  readonly types: readonly string[] | null;
  /** Types of these ages whose documents say no other age; the gate looks at those that say none. */
  readonly ages: readonly AgeRule[];
};

export type NamedLine = {
  readonly id: string;
  readonly type: string;
  readonly document: IdentityDocument | null;
};

export type NameRefusal = {
  readonly line: string;
  readonly reason:
    | 'document-needed'
    | 'document-not-taken'
    | 'document-twice'
    | 'too-young'
    | 'too-old';
};

/**
 * Every line that cannot be sold as it is, each by the first reason. Whether a document has a ticket of the
 * event already only the place where they are kept can tell, in the step that keeps it.
 *
 * @param matchDay - `2026-11-29`, at the ground
 */
export function refuseNames(
  rule: RealNameRule,
  lines: readonly NamedLine[],
  matchDay: string,
): NameRefusal[] {
  const seen = new Map<string, string>();
  return lines.flatMap((line): NameRefusal[] => {
    const reason = whyRefused(rule, line, seen, matchDay);
    if (line.document !== null && !seen.has(nameOf(line.document))) {
      seen.set(nameOf(line.document), line.id);
    }
    return reason === null ? [] : [{ line: line.id, reason }];
  });
}

function whyRefused(
  { kinds, types, ages }: RealNameRule,
  { type, document }: NamedLine,
  seen: ReadonlyMap<string, string>,
  matchDay: string,
): NameRefusal['reason'] | null {
  if (document === null) return covers(types, type) ? 'document-needed' : null;
  if (!kinds.includes(document.kind)) return 'document-not-taken';
  if (seen.has(nameOf(document))) return 'document-twice';
  const bornOn = birthDayOf(document);
  if (bornOn === null) return null;
  const years = yearsOn(bornOn, matchDay);
  const rule = ages.find((age) => age.type === type);
  if (rule === undefined) return null;
  if (rule.fromYears !== null && years < rule.fromYears) return 'too-young';
  return rule.untilYears !== null && years >= rule.untilYears ? 'too-old' : null;
}

/** `2012-02-29`; null: this kind of document does not say. */
export function birthDayOf({ kind, number }: IdentityDocument): string | null {
  const says = kind === 'resident-id' || kind === 'hmt-residence' || kind === 'foreign-residence';
  if (!says || number.length !== 18) return null;
  return `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
}

/** Whoever was born on 29 February is a year older on 1 March. */
function yearsOn(bornOn: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(bornOn.slice(0, 4));
  return day.slice(5) < bornOn.slice(5) ? years - 1 : years;
}

function nameOf({ kind, number }: IdentityDocument): string {
  return `${kind} ${number}`;
}
