import type { TicketFace } from './ticket-face.ts';

const at = (time: string) => Date.parse(`2026-11-29T${time}:00+08:00`);

/** A ticket for tests and for looking at papers. */
export const SAMPLE_TICKET: TicketFace = {
  event: {
    name: { 'zh-CN': '浦江联 vs 北城竞技', en: 'Pujiang United v Beicheng Athletic' },
    venue: { 'zh-CN': '浦江体育场', en: 'Pujiang Stadium' },
    timeZone: 'Asia/Shanghai',
    doorsAt: at('17:05'),
    startsAt: at('19:35'),
  },
  ref: 'T-000123',
  type: { 'zh-CN': '成人票', en: 'Adult' },
  stand: '北看台',
  section: 'N103',
  row: '12',
  seat: '5',
  gates: [
    { 'zh-CN': '北2入口', en: 'Gate N2' },
    { 'zh-CN': '北3入口', en: 'Gate N3' },
  ],
  entryFrom: at('17:35'),
  holderName: '欧阳翀',
  orderRef: 'KM-2026-88123',
  admits: 1,
  code: 'CEZTQ2LAMV3GKZLOOR2HE2LDNB',
  shortId: 'QK7M-2TAZ',
};

/** Codes that differ, in the form of ours. */
export function sampleCode(index: number): string {
  const tail = index.toString(32).padStart(4, '0').toUpperCase();
  return `CEZTQ2LAMV3GKZLOOR2HE2${tail.replace(/[0189]/g, (digit) => `WXYZ`['0189'.indexOf(digit)] ?? '')}`;
}
