// What the doctor found: one line a thing looked at, with the mend where something is to be mended.
import type { Language } from '#lane/words.ts';

export type State = 'ok' | 'warn' | 'fail' | 'unknown';

type Words = Readonly<Record<Language, string>>;

export type Finding = {
  readonly check: CheckName;
  readonly state: State;
  /** What was looked at: a file, an address, a node. */
  readonly subject: string;
  readonly says: Words;
  /** What to do; null where nothing is to be done. */
  readonly mend: Words | null;
  /** Measured, for programs. */
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
};

/** In the order in which they are told. */
export const CHECKS = {
  nodes: { zh: '节点', en: 'Nodes' },
  versions: { zh: '版本', en: 'Versions' },
  migrations: { zh: '数据库结构', en: 'Migrations' },
  store: { zh: '判定库', en: 'Claim store' },
  clock: { zh: '时钟', en: 'Clock' },
  disk: { zh: '磁盘', en: 'Disk' },
  secrets: { zh: '密钥文件', en: 'Secret files' },
  backup: { zh: '备份', en: 'Backup' },
  certificate: { zh: '证书', en: 'Certificate' },
  dns: { zh: '域名', en: 'DNS' },
  quorum: { zh: '多数', en: 'Quorum' },
  ports: { zh: '端口', en: 'Ports' },
  power: { zh: '供电', en: 'Power' },
} as const satisfies Record<string, Words>;
export type CheckName = keyof typeof CHECKS;

type Told = {
  readonly zh: string;
  readonly en: string;
  readonly mend?: Words;
  readonly values?: Finding['values'];
};

export function found(check: CheckName, state: State, subject: string, told: Told): Finding {
  const { zh, en, mend = null, values = {} } = told;
  return { check, state, subject, says: { zh, en }, mend, values };
}

const MARKS: Readonly<Record<State, Words>> = {
  ok: { zh: '正常', en: 'ok' },
  warn: { zh: '注意', en: 'warn' },
  fail: { zh: '故障', en: 'FAIL' },
  unknown: { zh: '未知', en: '–' },
};

export function linesOf(findings: readonly Finding[], language: Language): string[] {
  return findings.flatMap(({ check, state, subject, says, mend }) => {
    const mark = MARKS[state][language].padEnd(language === 'zh' ? 2 : 4);
    const name = CHECKS[check][language];
    const line = `${mark}  ${name}  ${subject}: ${says[language]}`;
    return mend === null ? [line] : [line, `${' '.repeat(6)}→ ${mend[language]}`];
  });
}

export function sumOf(findings: readonly Finding[]): Readonly<Record<State, number>> {
  const count = (state: State) => findings.filter((each) => each.state === state).length;
  return { ok: count('ok'), warn: count('warn'), fail: count('fail'), unknown: count('unknown') };
}
