// Every word of the report, in both languages, each written as an original.
import type { Words } from '#drill/catalogue/faults.ts';
import type { Rule } from '#drill/judge/holding.ts';
import type { Figure } from './compare.ts';

export const VERDICT_WORDS = {
  go: { zh: '可以开门', en: 'Go' },
  'no-go': { zh: '暂缓开门', en: 'No go' },
  stopped: { zh: '未完成', en: 'Stopped' },
} as const satisfies Record<string, Words>;

export const VERDICT_MEANS = {
  go: {
    zh: '故障之中，每次验票都有结果，没有一张票准确入场两次，没有丢失记录。',
    en: 'Through every fault each scan had a verdict, no ticket entered twice, and nothing was lost.',
  },
  'no-go': {
    zh: '有规则未守住，见下文。查明原因并重新演练之前，请不要用这套系统开门。',
    en: 'A rule did not hold; it is named below. Find the cause and rehearse again before this system opens a gate.',
  },
  stopped: {
    zh: '演练中途停止，不能据此作出判断。',
    en: 'The rehearsal was stopped before its end. Nothing can be concluded from it.',
  },
} as const satisfies Record<string, Words>;

export const RULE_WORDS: Readonly<Record<Rule, { readonly name: Words; readonly means: Words }>> = {
  'verdict-in-time': {
    name: { zh: '验票及时', en: 'A verdict in time' },
    means: {
      zh: '任何人在通道前等待结果不超过 2.5 秒，无人被晾着。',
      en: 'Nobody waited more than 2.5 s before a lane, and nobody was left standing.',
    },
  },
  'no-exact-double': {
    name: { zh: '一票一入', en: 'No ticket twice' },
    means: {
      zh: '在有判定节点可问时，没有一张票放行两次。',
      en: 'While there was anyone to ask, no ticket was admitted twice.',
    },
  },
  'live-at-first': {
    name: { zh: '未扰先稳', en: 'Live at first' },
    means: {
      zh: '还没有任何故障时，通道都能实时核验。',
      en: 'While nothing was broken, lanes were answered by whoever decides.',
    },
  },
  'doubles-reported': {
    name: { zh: '重复必报', en: 'Every double named' },
    means: {
      zh: '断网期间先放行的重复入场，每一例都已列为冲突，写明两处入口。',
      en: 'Whoever entered a second time while lanes were cut off is named in a conflict with both gates.',
    },
  },
  'nothing-lost': {
    name: { zh: '一条不丢', en: 'Nothing lost' },
    means: {
      zh: '通道上显示过的每个结果，通道自己的日志里有，中心也有，且一致。',
      en: 'Every verdict that a lane showed is in its own journal and at the hub, and says the same.',
    },
  },
  'control-obeyed': {
    name: { zh: '令行禁止', en: 'Control obeyed' },
    means: {
      zh: '冻结、换票和暂停入口一经确认，两秒后凡能联系上的通道都已执行。',
      en: 'A block, a re-issue or a hold bound every lane in touch two seconds after it was acknowledged.',
    },
  },
  'forged-stays-out': {
    name: { zh: '伪码不入', en: 'Forged stays out' },
    means: { zh: '无人凭自造的票码入场。', en: 'Nobody entered on a code that was never issued.' },
  },
  'holder-gets-in': {
    name: { zh: '真票放行', en: 'Holders get in' },
    means: {
      zh: '没有一张好票被错误拒绝。',
      en: 'No good ticket was turned away as anything but “cannot verify” or at a held gate.',
    },
  },
  recovered: {
    name: { zh: '自行恢复', en: 'Recovered by itself' },
    means: {
      zh: '最后一个故障修复后一分钟内，所有通道都恢复实时核验。',
      en: 'Within a minute of the last mend every lane was live again.',
    },
  },
};

export const FIGURE_WORDS: Readonly<Record<Figure, Words>> = {
  p50: { zh: '验票用时中位数', en: 'Time to verdict, median' },
  p99: { zh: '验票用时 p99', en: 'Time to verdict, p99' },
  longest: { zh: '最长一次验票', en: 'Longest time to verdict' },
  gap: { zh: '最长停验', en: 'Longest gap at a lane' },
  slow: { zh: '超过 1.2 秒的次数', en: 'Verdicts above 1.2 s' },
  lost: { zh: '丢失', en: 'Lost' },
  doubles: { zh: '准确重复', en: 'Exact doubles' },
  recovered: { zh: '恢复用时', en: 'Recovery' },
};

export const RUNG_WORDS: Readonly<Record<string, Words>> = {
  edge: { zh: '实时核验（场内）', en: 'Live, by a box' },
  hub: { zh: '实时核验（中心）', en: 'Live, by the hub' },
  provisional: { zh: '离线放行（待核）', en: 'Offline, to confirm' },
  visual: { zh: '人工验票', en: 'By eye' },
  open: { zh: '应急放行', en: 'Open gate' },
};

export const TEXT = {
  title: { zh: '赛前演练报告', en: 'Rehearsal before the match' },
  decision: { zh: '结论', en: 'Verdict' },
  rules: { zh: '八条规则', en: 'Eight rules' },
  rule: { zh: '规则', en: 'Rule' },
  held: { zh: '守住', en: 'held' },
  broken: { zh: '未守住', en: 'broken' },
  checked: { zh: '核对', en: 'checked' },
  breaches: { zh: '违例', en: 'breaches' },
  more: { zh: '其余见 JSON', en: 'more are in the JSON' },
  happened: { zh: '注入的故障', en: 'What was broken, and when' },
  when: { zh: '时间', en: 'When' },
  what: { zh: '故障', en: 'Fault' },
  whom: { zh: '对象', en: 'Whom' },
  lasted: { zh: '持续', en: 'Lasted' },
  slowest: { zh: '其间最慢', en: 'Slowest verdict' },
  alone: { zh: '离线放行', en: 'Let in offline' },
  recovery: { zh: '恢复用时', en: 'Recovery' },
  notDone: { zh: '未执行', en: 'not done' },
  notMended: { zh: '未能修复', en: 'not mended' },
  rungs: { zh: '各通道由谁判定', en: 'Who decided, lane by lane' },
  rungsMeans: {
    zh: '每条横带是一条通道；颜色与纹理表示当时由谁判定，上方色块是故障。',
    en: 'Each band is a lane; its colour and pattern say who decided. Above them, what was broken.',
  },
  people: { zh: '每秒验票', en: 'Scans a second' },
  lanes: { zh: '各通道', en: 'Lane by lane' },
  lane: { zh: '通道', en: 'Lane' },
  laneCount: { zh: '条通道', en: 'lanes' },
  gate: { zh: '入口', en: 'Gate' },
  scans: { zh: '验票', en: 'Scans' },
  gap: { zh: '最长停验', en: 'Longest gap' },
  slow: { zh: '超 1.2 秒', en: 'Above 1.2 s' },
  interrupted: { zh: '中断', en: 'Interrupted' },
  latency: { zh: '验票用时', en: 'Time to verdict' },
  calm: { zh: '故障前', en: 'Before the first fault' },
  whole: { zh: '全程', en: 'Throughout' },
  longest: { zh: '最长', en: 'Longest' },
  figures: { zh: '数字', en: 'In figures' },
  admitted: { zh: '放行', en: 'Admitted' },
  provisional: { zh: '先放行，后核对', en: 'Admitted, to confirm' },
  refused: { zh: '未放行', en: 'Refused' },
  referred: { zh: '转服务点', en: 'Sent to the desk' },
  lost: { zh: '丢失', en: 'Lost' },
  doubles: { zh: '准确重复', en: 'Exact doubles' },
  afterLoss: { zh: '弃用节点后的重复（已报）', en: 'Doubles after a node was given up (named)' },
  conflicts: { zh: '冲突（已报）', en: 'Conflicts named' },
  forged: { zh: '拒绝伪码', en: 'Forged codes refused' },
  recoveredAll: { zh: '最终恢复', en: 'Back after the last mend' },
  compared: { zh: '与上次演练相比', en: 'Compared with the last rehearsal' },
  first: {
    zh: '这是第一次演练，尚无可比。',
    en: 'This is the first rehearsal: nothing to compare with.',
  },
  before: { zh: '上次', en: 'Last time' },
  now: { zh: '本次', en: 'This time' },
  better: { zh: '变好', en: 'better' },
  worse: { zh: '变差', en: 'worse' },
  same: { zh: '不变', en: 'same' },
  signOff: { zh: '签署', en: 'Sign-off' },
  signOffMeans: {
    zh: '打印后手签，或用 kaimen drill sign 签署；签署与本报告的校验值绑定，报告一经改动即失效。',
    en: 'Sign on paper, or with “kaimen drill sign”: a signature holds for this very report, and for no changed one.',
  },
  name: { zh: '姓名', en: 'Name' },
  role: { zh: '职务', en: 'Role' },
  goOrNot: { zh: '开门 / 暂缓', en: 'Go / no go' },
  signature: { zh: '签字与时间', en: 'Signature and time' },
  how: { zh: '如何演练', en: 'How it was rehearsed' },
  seed: { zh: '种子', en: 'Seed' },
  plan: { zh: '计划校验值', en: 'Plan' },
  load: { zh: '客流倍数', en: 'Load' },
  system: { zh: '系统', en: 'System' },
  version: { zh: '版本', en: 'Version' },
  network: { zh: '网络', en: 'Network' },
  machine: { zh: '机器', en: 'Machine' },
  again: { zh: '重演', en: 'Rehearse it again' },
  never: { zh: '未恢复', en: 'never' },
  none: { zh: '无', en: 'none' },
} as const satisfies Record<string, Words>;
