// The light of a lane without a screen: shape and word on a field of colour, a bell, the seat, then
// what to do, always in this order.
import type { Localized } from '#domain/venue/match-event.ts';
import { isThrough, type LaneAnswer } from '#lane/lane-answer.ts';
import {
  ANNOUNCEMENTS,
  ageWords,
  type Language,
  nextAdvice,
  nextWord,
  placeWords,
  rungWord,
  verdictWord,
} from '#lane/words.ts';

/** Where names of gates and stands, and the hours of the ground, come from. */
export type Names = {
  gate(id: string): Localized | null;
  /** Of a stand, or of the stand that a section is in. */
  stand(id: string | null, section: string | null): Localized | null;
  readonly timeZone: string | null;
};

export type Look = {
  readonly language: Language;
  readonly isColoured: boolean;
};

// White on the reserved hues of verdicts; each has a shape as well.
const FIELDS = {
  admitted: { colour: '48;2;0;120;78', shape: '✔' },
  provisional: { colour: '48;2;31;95;191', shape: '◌' },
  refused: { colour: '48;2;179;38;30', shape: '✖' },
  referred: { colour: '48;2;154;103;0', shape: '➜' },
} as const;
const WHITE_BOLD = '1;38;2;255;255;255';
const BELL = '\u0007';

/** One line, ended; once for a rising tone, twice for the low one. */
export function verdictLine(answer: LaneAnswer, names: Names, look: Look, now: number): string {
  const { language } = look;
  const kind = isDeskOnly(answer) ? 'referred' : answer.verdict;
  const { colour, shape } = FIELDS[kind];
  const field = ` ${shape} ${verdictWord(answer, language)} `;
  const word = look.isColoured ? `\u001b[${WHITE_BOLD};${colour}m${field}\u001b[0m` : field.trim();
  const parts = [word, seatOf(answer, names, language), ...whatToDo(answer, names, language, now)];
  const bells = isThrough(answer) ? BELL : BELL + BELL;
  return `${parts.filter((part) => part !== '').join(' · ')}${bells}\n`;
}

/** Another gate is amber: the ticket is good, the way is not. */
function isDeskOnly(answer: LaneAnswer): boolean {
  return answer.reason === 'wrong-gate';
}

function seatOf({ ticket }: LaneAnswer, names: Names, language: Language): string {
  if (ticket === null) return '';
  const stand = names.stand(ticket.stand, ticket.section);
  const place = placeWords(
    { ...ticket, stand: stand === null ? ticket.stand : inLanguage(stand, language) },
    language,
  );
  return place === '' ? ticket.ref : place;
}

function whatToDo(answer: LaneAnswer, names: Names, language: Language, now: number): string[] {
  const gates = answer.gateHint?.gates ?? [];
  const steps = [
    answer.first === null ? '' : passageWords(answer.first, names, language),
    answer.from === null || answer.first !== null ? '' : clockTime(answer.from, names),
    answer.next === 'send-to-gate' && gates.length > 0
      ? `${nextWord('send-to-gate', language)} ${gates.map((id) => gateName(id, names, language)).join(language === 'zh' ? '、' : ', ')}`
      : nextAdvice(answer, language),
    answer.attention ?? '',
  ];
  if (answer.rung === 'provisional') {
    steps.push(isThrough(answer) ? rungWord('provisional', language) : '');
    steps.push(listAge(answer, language, now));
  }
  return steps;
}

function listAge({ listAsOf }: LaneAnswer, language: Language, now: number): string {
  if (listAsOf === null) return ANNOUNCEMENTS.noList[language];
  const age = ageWords(now - Date.parse(listAsOf), language);
  return `${ANNOUNCEMENTS.listAge[language]} ${age}`;
}

function passageWords(
  first: NonNullable<LaneAnswer['first']>,
  names: Names,
  language: Language,
): string {
  return `${clockTime(first.at, names)} ${gateName(first.gate, names, language)}`;
}

function gateName(id: string, names: Names, language: Language): string {
  const name = names.gate(id);
  return name === null ? id : inLanguage(name, language);
}

function inLanguage(text: Localized, language: Language): string {
  return language === 'zh' ? text['zh-CN'] : text.en;
}

/** 24 h, in the ground's zone. */
function clockTime(time: string, { timeZone }: Names): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone === null ? {} : { timeZone }),
  }).format(new Date(time));
}
