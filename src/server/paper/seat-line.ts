import type { Localized, SeatFace, TicketFace } from './ticket-face.ts';
import { WORDS } from './words.ts';

export type Labelled = { readonly label: Localized; readonly value: string };

/** The parts of a place that are known, from the largest to the smallest. */
export function seatParts(place: SeatFace): Labelled[] {
  const parts = [
    { label: WORDS.stand, value: place.stand },
    { label: WORDS.section, value: place.section },
    { label: WORDS.row, value: place.row },
    { label: WORDS.seat, value: place.seat },
  ];
  return parts.flatMap(({ label, value }) => (value === null ? [] : [{ label, value }]));
}

/** Every gate that admits the ticket, in one line a language. */
export function gateLine(gates: TicketFace['gates']): Localized {
  if (gates.length === 0) return WORDS.anyGate;
  return {
    'zh-CN': gates.map((gate) => gate['zh-CN']).join('、'),
    en: gates.map((gate) => gate.en).join(', '),
  };
}

export function bothLanguages(text: Localized, between = ' '): string {
  return text['zh-CN'] === text.en ? text.en : `${text['zh-CN']}${between}${text.en}`;
}

/** Our code in groups of four, as it is easiest to read out and to type; any other as it stands. */
export function spacedCode(code: string): string {
  return OUR_CODE.test(code) ? (code.match(/.{1,4}/g) ?? []).join(' ') : code;
}

const OUR_CODE = /^[A-Z2-7]{26}$/;
