// Every word a lane shows, in both languages: at most six Chinese characters or three English words
// for a verdict, bare verbs for what to do next.
import type { NextAction, Reason, Rung } from '#domain/entry/verdict.ts';
import type { LaneAnswer } from './lane-answer.ts';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

type Words = Readonly<Record<Language, string>>;

const ADMITTED: Words = { zh: '放行', en: 'Admitted' };
const OUT: Words = { zh: '出场', en: 'Let out' };
const PROVISIONAL: Words = { zh: '先放行，后核对', en: 'Admitted, to confirm' };
const PROVISIONAL_OUT: Words = { zh: '先出场，后核对', en: 'Out, to confirm' };

const REASON_WORDS: Readonly<Record<Reason, Words>> = {
  unreadable: { zh: '未识别，请重扫', en: 'Scan again' },
  forged: { zh: '无效票码', en: 'Not valid' },
  unknown: { zh: '无效票码', en: 'Not valid' },
  'wrong-event': { zh: '非本场次', en: 'Other match' },
  cancelled: { zh: '已取消', en: 'Cancelled' },
  unpaid: { zh: '未付款', en: 'Unpaid' },
  'not-activated': { zh: '未激活', en: 'Not active' },
  revoked: { zh: '旧票已换新', en: 'Replaced' },
  blocked: { zh: '已冻结', en: 'Blocked' },
  held: { zh: '暂停入场', en: 'Gate held' },
  'too-early': { zh: '未到入场时间', en: 'Not yet' },
  'too-late': { zh: '已停止入场', en: 'Closed' },
  'wrong-gate': { zh: '非本入口', en: 'Other gate' },
  'already-inside': { zh: '已入场', en: 'Inside' },
  'already-used': { zh: '本票已用', en: 'Used' },
  'too-soon': { zh: '未到再入时间', en: 'Too soon' },
  'stale-code': { zh: '请刷新票码', en: 'Refresh' },
  'cannot-verify': { zh: '无法核验', en: 'Cannot verify' },
  annulled: { zh: '闸机未转', en: 'Not turned' },
  'check-id': { zh: '核对证件', en: 'Check ID' },
  'check-age': { zh: '核对年龄', en: 'Check age' },
  'check-companion': { zh: '核对同行人', en: 'Check companion' },
  'check-height': { zh: '核对身高', en: 'Check height' },
  'check-dispute': { zh: '请到服务点', en: 'Service desk' },
  'check-seat': { zh: '核对座位', en: 'Check seat' },
};

const NEXT_WORDS: Readonly<Record<NextAction, Words>> = {
  'let-in': { zh: '', en: '' },
  'let-out': { zh: '', en: '' },
  'scan-again': { zh: '请重扫', en: 'scan again' },
  'refresh-code': { zh: '请刷新票码后再扫', en: 'refresh the code, scan again' },
  'send-to-gate': { zh: '请走', en: 'use' },
  'send-to-desk': { zh: '请到票务服务点', en: 'send to the service desk' },
  'ask-to-wait': { zh: '请稍候', en: 'ask to wait' },
  'ask-to-come-back': { zh: '请稍后再来', en: 'ask to come back' },
  'turn-away': { zh: '不再放行', en: 'turn away' },
  'check-holder': { zh: '核对持票人', en: 'check the holder' },
};

const RUNG_WORDS: Readonly<Record<Rung, Words>> = {
  local: { zh: '本机判定', en: 'This lane' },
  edge: { zh: '实时核验', en: 'Live' },
  hub: { zh: '实时核验', en: 'Live' },
  provisional: { zh: '离线放行（待核）', en: 'Offline, to confirm' },
  visual: { zh: '人工验票', en: 'By eye' },
  open: { zh: '应急放行', en: 'Open gate' },
};

export function verdictWord(
  answer: Pick<LaneAnswer, 'verdict' | 'reason' | 'next'>,
  language: Language,
): string {
  const isOut = answer.next === 'let-out';
  if (answer.verdict === 'admitted') return (isOut ? OUT : ADMITTED)[language];
  if (answer.verdict === 'provisional') return (isOut ? PROVISIONAL_OUT : PROVISIONAL)[language];
  return REASON_WORDS[answer.reason ?? 'cannot-verify'][language];
}

export function nextWord(next: NextAction, language: Language): string {
  return NEXT_WORDS[next][language];
}

/** What to do next, where the verdict itself does not say it: nobody reads “scan again, scan again”. */
export function nextAdvice(
  { reason, next }: Pick<LaneAnswer, 'reason' | 'next'>,
  language: Language,
): string {
  const isSaid =
    reason !== null && (SAYS_NEXT.has(reason) || (next === 'check-holder' && isCheck(reason)));
  return isSaid || next === 'send-to-gate' ? '' : nextWord(next, language);
}

/** Of the word “check ID” nobody asks what is to be checked. */
function isCheck(reason: Reason): boolean {
  return reason.startsWith('check-');
}

const SAYS_NEXT: ReadonlySet<Reason> = new Set(['unreadable', 'stale-code', 'check-dispute']);

export function rungWord(rung: Rung, language: Language): string {
  return RUNG_WORDS[rung][language];
}

export type Place = {
  readonly stand: string | null;
  readonly section: string | null;
  readonly row: string | null;
  readonly seat: string | null;
};

export function placeWords({ stand, section, row, seat }: Place, language: Language): string {
  const parts =
    language === 'zh'
      ? [stand, section, row === null ? null : `${row}排`, seat === null ? null : `${seat}座`]
      : [stand, section, row === null ? null : `row ${row}`, seat === null ? null : `seat ${seat}`];
  return parts.filter((part) => part !== null).join(' ');
}

/** What the steward does differently, which is usually nothing. */
export const ANNOUNCEMENTS = {
  alone: {
    zh: '服务器没有应答：本机按名单判定，请照常扫码。',
    en: 'The server does not answer: this lane decides from its list. Go on scanning.',
  },
  back: { zh: '已恢复实时核验，请照常扫码。', en: 'Live again. Go on scanning.' },
  hubOnly: {
    zh: '场内主机没有应答，改由总部实时核验，请照常扫码。',
    en: 'The boxes in the ground do not answer; the hub decides. Go on scanning.',
  },
  edgeBack: {
    zh: '场内主机已恢复，请照常扫码。',
    en: 'The boxes in the ground answer again. Go on scanning.',
  },
  byEye: {
    zh: '改为人工验票：看票放行，每放一人点一次计数。',
    en: 'Check by eye: look at each ticket, let in, and count every person.',
  },
  openGate: {
    zh: '应急放行：入口敞开，不核验，逐人计数。',
    en: 'The gate stands open: nobody is checked, everybody is counted.',
  },
  admittedThenRefused: {
    zh: '已离线放行，随后服务器判定拒绝，请报告指挥室：',
    en: 'Admitted here, then refused by the server; tell the control room:',
  },
  neverShown: {
    zh: '上次中断时有一张票已登记但未亮灯，已撤回；持票人仍在请重扫：',
    en: 'A ticket was claimed but never shown when this lane stopped; it has been taken back. Scan it again:',
  },
  notTakenBack: {
    zh: '登记未能撤回，请报告指挥室：',
    en: 'A claim could not be taken back; tell the control room:',
  },
  revoked: {
    zh: '本设备已停用，名单已清除，请停止放行。',
    en: 'This device has been revoked. Its list is wiped. Stop admitting.',
  },
  scanRefused: {
    zh: '服务器拒绝判定，请报告指挥室：',
    en: 'The server will not decide this scan; tell the control room:',
  },
  gateSilent: {
    zh: '闸机没有回应，请目视确认：',
    en: 'The turnstile did not say whether it turned; look:',
  },
  quarantined: {
    zh: '一条记录被隔离，其余照常上传：',
    en: 'An entry was set aside; the rest goes up:',
  },
  unwritten: {
    zh: '本机无法写入记录，暂不放行，请腾出磁盘空间：',
    en: 'This lane cannot write its journal and admits nobody until it can; free some space:',
  },
  nothingToConfirm: {
    zh: '没有待确认的核对。请先扫码。',
    en: 'Nothing waits to be confirmed. Scan the code first.',
  },
  unsent: {
    zh: '条记录尚未上传，下次启动会继续：',
    en: 'entries are not sent yet; the next start goes on:',
  },
  listAge: { zh: '名单', en: 'list' },
  noList: { zh: '没有名单', en: 'no list' },
} as const satisfies Record<string, Words>;

export type NoticeKind = Exclude<keyof typeof ANNOUNCEMENTS, 'listAge' | 'noList'>;

export function ageWords(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (seconds < 60) return language === 'zh' ? `${seconds} 秒前` : `${seconds} s old`;
  if (minutes < 120) return language === 'zh' ? `${minutes} 分钟前` : `${minutes} min old`;
  const hours = Math.floor(minutes / 60);
  return language === 'zh' ? `${hours} 小时前` : `${hours} h old`;
}
