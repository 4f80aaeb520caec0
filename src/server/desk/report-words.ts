// The report's figures with their words, in the order in which they are asked for the morning after.
import type { Reason } from '#domain/entry/verdict.ts';
import type { NightReport } from '#protocol/desk.ts';
import { clockTime } from '#server/paper/local-time.ts';
import type { ReportPage, ReportPart } from '#server/paper/report-pdf.ts';
import type { Localized } from '#server/paper/ticket-face.ts';

const REFUSED: Readonly<Record<Reason, readonly [zh: string, en: string]>> = {
  unreadable: ['未识别', 'Unreadable'],
  forged: ['伪造票码', 'Forged'],
  unknown: ['无此票', 'Unknown'],
  'wrong-event': ['非本场次', 'Other match'],
  cancelled: ['已取消', 'Cancelled'],
  unpaid: ['未付款', 'Unpaid'],
  'not-activated': ['未售出', 'Not sold'],
  revoked: ['旧票已换新', 'Replaced code'],
  blocked: ['已冻结', 'Blocked'],
  held: ['暂停入场', 'Gate held'],
  'too-early': ['未到入场时间', 'Too early'],
  'too-late': ['已停止入场', 'Too late'],
  'wrong-gate': ['非本入口', 'Other gate'],
  'already-inside': ['已在场内', 'Already inside'],
  'already-used': ['本票已用', 'Already used'],
  'too-soon': ['再次入场过早', 'Back too soon'],
  'stale-code': ['票码过期', 'Stale code'],
  'cannot-verify': ['无法核验', 'Cannot verify'],
  annulled: ['已撤回', 'Taken back'],
  'check-id': ['查验证件', 'ID check'],
  'check-age': ['查验年龄', 'Age check'],
  'check-companion': ['查验同行人', 'Companion check'],
  'check-height': ['查验身高', 'Height check'],
  'check-dispute': ['争议', 'Dispute'],
  'check-seat': ['核对座位', 'Seat check'],
};

export function reportPage(report: NightReport): ReportPage {
  const { timeZone } = report.event;
  const at = (from: string | null) => (from === null ? '' : clockTime(Date.parse(from), timeZone));
  const count: Count = (zh, en, n, beside) => [
    { 'zh-CN': zh, en },
    n.toLocaleString('en-GB'),
    beside ?? '',
  ];
  return {
    title: { 'zh-CN': '当晚报告', en: 'Night report' },
    event: report.event.name,
    startsAt: Date.parse(report.event.startsAt),
    writtenAt: Date.parse(report.writtenAt),
    timeZone,
    caution: cautionOf(report),
    parts: [
      ...tickets(report, count),
      {
        heading: { 'zh-CN': '峰值', en: 'Peaks' },
        rows: [
          count('一分钟', 'One minute', report.peaks.minute.people, at(report.peaks.minute.from)),
          count(
            '一刻钟',
            'Quarter of an hour',
            report.peaks.quarter.people,
            at(report.peaks.quarter.from),
          ),
        ],
      },
      refusals(report, count),
      {
        heading: { 'zh-CN': '各入口', en: 'Gates' },
        rows: report.gates.map((gate) => {
          const peak = `${gate.peakMinute.people}/min ${at(gate.peakMinute.from)}`;
          return count(gate.name['zh-CN'], gate.name.en, gate.admitted, peak);
        }),
      },
      afterwards(report, count),
      ...unheardPart(report, at),
    ],
  };
}

function cautionOf({ isFinal, unheard }: NightReport): Localized | null {
  const n = unheard.length;
  if (isFinal && n === 0) return null;
  if (isFinal) {
    return {
      'zh-CN': `最终，不含文末 ${n} 部设备上可能的记录。`,
      en: `Final, without what the ${n} ${n === 1 ? 'device' : 'devices'} listed below may hold.`,
    };
  }
  return n === 0
    ? { 'zh-CN': '尚非最终：比赛未关闭。', en: 'Not final: the event is open.' }
    : {
        'zh-CN': `尚非最终：${n} 部设备可能有未传记录，见文末。`,
        en: `Not final: ${n} ${n === 1 ? 'device' : 'devices'} listed below may hold scans.`,
      };
}

function unheardPart({ unheard }: NightReport, at: (from: string | null) => string): ReportPart[] {
  if (unheard.length === 0) return [];
  return [
    {
      heading: { 'zh-CN': '未听完的设备', en: 'Devices not heard out' },
      rows: unheard.map(({ deviceId, gate, lane, heardAt, unsent, writtenOff }) => {
        const name = `${lane ?? gate} ${deviceId}`;
        const owes = unsent === null ? '' : `${unsent} 条 scans`;
        const given = writtenOff === null ? '' : '已注销 written off';
        const beside = [given, owes].filter((part) => part !== '').join(' · ');
        return [{ 'zh-CN': name, en: name }, at(heardAt), beside];
      }),
    },
  ];
}

type Count = (zh: string, en: string, n: number, beside?: string) => ReportPart['rows'][number];

function tickets({ tickets: sold, people, entries }: NightReport, count: Count): ReportPart[] {
  return [
    {
      heading: { 'zh-CN': '票与人', en: 'Tickets and people' },
      rows: [
        count('售出票', 'Tickets sold', sold.sold),
        count('已用票', 'Tickets used', sold.used),
        count('未到', 'Not used', sold.unused),
        count('入场人次', 'People admitted', people.admitted),
        count('离场人次', 'People who left', people.left),
        count('场内', 'Inside', people.inside),
      ],
    },
    {
      heading: { 'zh-CN': '如何入场', en: 'How they came in' },
      rows: [
        count('实时核验', 'Verified', entries.exact - entries.byHand),
        count('离线放行', 'Provisional', entries.provisional),
        count('人工放行', 'By hand', entries.byHand),
        count('其中无票', 'of them without ticket', entries.withoutTicket),
        count('撤回', 'Taken back', entries.annulled),
      ],
    },
  ];
}

function refusals({ refused }: NightReport, count: Count): ReportPart {
  const reasons = Object.entries(refused).sort(([, a], [, b]) => (b ?? 0) - (a ?? 0));
  const rows = reasons.map(([reason, n]) => {
    const [zh, en] = REFUSED[reason as Reason];
    return count(zh, en, n ?? 0);
  });
  const heading = { 'zh-CN': '拒绝', en: 'Refused' };
  return { heading, rows: rows.length > 0 ? rows : [count('无', 'None', 0)] };
}

function afterwards({ conflicts, desk, cash }: NightReport, count: Count): ReportPart {
  return {
    heading: { 'zh-CN': '事后', en: 'Afterwards' },
    rows: [
      count('冲突', 'Conflicts', conflicts.all),
      count('待处理', 'of them open', conflicts.open),
      count('已处理', 'settled', conflicts.settled),
      count('换发票码', 'Codes re-issued', desk.reissued),
      count('冻结', 'Tickets blocked', desk.blocked),
      ...cash.map(({ currency, minor }) => {
        const amount = (minor / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 });
        return [{ 'zh-CN': '现金', en: 'Cash' }, `${currency} ${amount}`] as const;
      }),
    ],
  };
}
