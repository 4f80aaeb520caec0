// Documents that a ticket may be bound to: read, checked as far as their own digits allow, and masked. A
// document is never shown whole again.

/**
 * `resident-id` 居民身份证, a child's too · `passport` of any country · `home-return-permit` 港澳居民来往内地通行证 ·
 * `taiwan-permit` 台湾居民来往大陆通行证 · `hmt-residence` 港澳台居民居住证 · `foreign-residence` 外国人永久居留身份证 ·
 * `birth-certificate` 出生医学证明, for a child who has nothing else yet.
 */
export const DOCUMENT_KINDS = [
  ...(['resident-id', 'passport', 'home-return-permit', 'taiwan-permit'] as const),
  ...(['hmt-residence', 'foreign-residence', 'birth-certificate'] as const),
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

export type IdentityDocument = { readonly kind: DocumentKind; readonly number: string };

export type ReadDocument =
  | { readonly kind: 'document'; readonly document: IdentityDocument }
  /** `shape`: no document of this kind is written so · `check-digit`: one character is wrong. */
  | { readonly kind: 'refused'; readonly why: 'shape' | 'check-digit' };

const RESIDENT = /^\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/;

const SHAPES: Readonly<Record<DocumentKind, RegExp>> = {
  'resident-id': RESIDENT,
  passport: /^[A-Z0-9]{5,20}$/,
  'home-return-permit': /^[HM]\d{8}(?:\d{2})?$/,
  'taiwan-permit': /^(?:\d{8}|\d{10}[A-Z]?)$/,
  'hmt-residence': /^8[123]\d{4}(?:19|20)\d{2}\d{4}\d{3}[\dX]$/,
  'foreign-residence': /^(?:[A-Z]{3}\d{12}|9\d{16}[\dX])$/,
  'birth-certificate': /^[A-Z]\d{9}$/,
};

/** Kinds whose eighteenth character is reckoned from the others (GB 11643). */
const HAS_CHECK: ReadonlySet<DocumentKind> = new Set(['resident-id', 'hmt-residence']);

/** Spaces, hyphens and small letters are as people type; they are not part of a number. */
export function readDocument(kind: DocumentKind, text: string): ReadDocument {
  const number = text.toUpperCase().replace(/[\s-]/g, '');
  if (!SHAPES[kind].test(number)) return { kind: 'refused', why: 'shape' };
  const isChecked = HAS_CHECK.has(kind) || (kind === 'foreign-residence' && number.length === 18);
  if (isChecked && checkCharacter(number) !== number.at(-1)) {
    return { kind: 'refused', why: 'check-digit' };
  }
  return { kind: 'document', document: { kind, number } };
}

/** ISO 7064 MOD 11-2 over the first seventeen digits, as GB 11643 has it. */
export function checkCharacter(number: string): string {
  let sum = 0;
  for (let at = 0; at < 17; at++) sum += Number(number[at]) * (2 ** (17 - at) % 11);
  return '10X98765432'[sum % 11] ?? '';
}

/** `***********512X` → `***12X`: enough for its owner to know it by, the same length for all. */
export function maskedDocument({ number }: IdentityDocument): string {
  return `***${number.slice(-3)}`;
}
