// What each node says of itself, and whether they agree.

import type { Client } from '#cli/client.ts';
import { CommandFailure } from '#cli/failure.ts';
import { type NodeView, nodeView } from '#protocol/node.ts';
import { ageFinding } from './backups.ts';
import { type Finding, found } from './finding.ts';

/** Half a second is more than any match needs; beyond five, proofs of phones and windows go wrong. */
const SKEW_WARN_MS = 500;
const SKEW_FAIL_MS = 5_000;

export type AskedNode = {
  readonly url: string;
  readonly view: NodeView | null;
  /** Of its clock to ours; at most this much may be the line's. */
  readonly skewMs: number;
  readonly uncertainMs: number;
  readonly failure: CommandFailure | null;
};

export async function askNode(url: string, client: Client): Promise<AskedNode> {
  const before = Date.now();
  const startedAt = performance.now();
  try {
    const view = await client.ask(nodeView, { path: '/node' });
    const tookMs = performance.now() - startedAt;
    const skewMs = Date.parse(view.time) - (before + tookMs / 2);
    return { url, view, skewMs, uncertainMs: tookMs / 2, failure: null };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { url, view: null, skewMs: 0, uncertainMs: 0, failure: error };
  }
}

export function judgeNodes(nodes: readonly AskedNode[], now: number): Finding[] {
  const views = nodes.filter((node): node is AskedNode & { view: NodeView } => node.view !== null);
  return [
    ...nodes.map(reachability),
    ...(views.length > 0 ? [versions(views)] : []),
    ...views.map(migrations),
    ...views.map(store),
    ...views.map(clock),
    ...views.flatMap((node) => lastBackup(node, now)),
  ];
}

function reachability({ url, view, failure }: AskedNode): Finding {
  if (view !== null) {
    const open = view.openEvents.length === 0 ? '' : ` · ${view.openEvents.join(', ')}`;
    return found('nodes', 'ok', url, {
      zh: `${view.node}（${view.role}）在运行${open}`,
      en: `${view.node} (${view.role}) runs${open}`,
      values: { node: view.node, role: view.role },
    });
  }
  return found('nodes', 'fail', url, {
    zh: `没有得到回答：${failure?.message ?? ''}`,
    en: failure?.message ?? 'no answer',
    values: { code: failure?.code ?? null },
    mend: {
      zh: '看这台机器、服务和令牌：docs/runbook/server-will-not-start.md',
      en: failure?.mend ?? 'docs/runbook/server-will-not-start.md',
    },
  });
}

function versions(nodes: readonly (AskedNode & { view: NodeView })[]): Finding {
  const seen = [...new Set(nodes.map(({ view }) => view.version))];
  const subject = nodes.map(({ view }) => view.node).join(', ');
  const values = { versions: seen.join(', ') };
  if (seen.length === 1) {
    return found('versions', 'ok', subject, {
      zh: `都是 ${seen[0]}`,
      en: `all ${seen[0]}`,
      values,
    });
  }
  const each = nodes.map(({ view }) => `${view.node} ${view.version}`).join(', ');
  return found('versions', 'warn', subject, {
    zh: `版本不一致：${each}`,
    en: `not the same everywhere: ${each}`,
    values,
    mend: {
      zh: '相邻两个版本可以并存；比赛前把所有节点升到同一版：deploy/README.md',
      en: 'neighbouring versions work side by side; bring all to one before the match: deploy/README.md',
    },
  });
}

function migrations({ url, view }: AskedNode & { view: NodeView }): Finding {
  const { applied, known } = view.migrations;
  const missing = known.filter((name) => !applied.includes(name));
  const foreign = applied.filter((name) => !known.includes(name));
  const values = { applied: applied.length, missing: missing.length, foreign: foreign.length };
  if (missing.length > 0) {
    return found('migrations', 'fail', url, {
      zh: `还没有执行：${missing.join(', ')}`,
      en: `not applied: ${missing.join(', ')}`,
      values,
      mend: {
        zh: '重启这个节点，启动时会执行',
        en: 'restart this node: it applies them when it starts',
      },
    });
  }
  if (foreign.length > 0) {
    return found('migrations', 'warn', url, {
      zh: `数据库比程序新：${foreign.join(', ')}`,
      en: `its database is ahead of its program: ${foreign.join(', ')}`,
      values,
      mend: {
        zh: '把这个节点升级到与其他节点相同',
        en: 'upgrade this node to what the others run',
      },
    });
  }
  return found('migrations', 'ok', url, {
    zh: `${applied.length} 个，全部执行`,
    en: `all ${applied.length} applied`,
    values,
  });
}

function store({ url, view }: AskedNode & { view: NodeView }): Finding {
  const { state, why, epoch } = view.store;
  if (view.isDiskFull) {
    return found('store', 'fail', url, {
      zh: '磁盘已满，数据库停着',
      en: 'its disk is full, and its database down',
      mend: { zh: 'docs/runbook/disk-full.md', en: 'docs/runbook/disk-full.md' },
    });
  }
  const values = { state, epoch };
  if (state === 'serving') {
    return found('store', 'ok', url, {
      zh: `在判定，库代 ${epoch}`,
      en: `serves, epoch ${epoch}`,
      values,
    });
  }
  return found('store', 'fail', url, {
    zh: `${state}：${why ?? ''}，不判定任何扫码`,
    en: `${state}, and decides nothing: ${why ?? ''}`,
    values,
    mend: {
      zh: '让各通道上报日志后对账：docs/runbook/restored-from-a-copy.md',
      en: 'hear the lanes out, then reconcile: docs/runbook/restored-from-a-copy.md',
    },
  });
}

function clock({ url, skewMs, uncertainMs }: AskedNode): Finding {
  const certain = Math.max(Math.abs(skewMs) - uncertainMs, 0);
  const state = certain > SKEW_FAIL_MS ? 'fail' : certain > SKEW_WARN_MS ? 'warn' : 'ok';
  const seconds = (skewMs / 1_000).toFixed(Math.abs(skewMs) < 10_000 ? 2 : 0);
  const values = { skewMs: Math.round(skewMs), uncertainMs: Math.round(uncertainMs) };
  return found('clock', state, url, {
    zh: `与本机相差 ${seconds} 秒（±${(uncertainMs / 1_000).toFixed(2)}）`,
    en: `${seconds} s from the clock of this machine (±${(uncertainMs / 1_000).toFixed(2)})`,
    values,
    ...(state === 'ok'
      ? {}
      : {
          mend: {
            zh: '两台机器都看 chronyc tracking，谁错改谁：docs/runbook/clock-wrong.md',
            en: 'look at “chronyc tracking” on both, and mend the one that is wrong: docs/runbook/clock-wrong.md',
          },
        }),
  });
}

function lastBackup({ url, view }: AskedNode & { view: NodeView }, now: number): Finding[] {
  if (view.role === 'edge') return [];
  if (view.lastBackupAt !== null) return [ageFinding(url, Date.parse(view.lastBackupAt), now)];
  return [
    found('backup', 'fail', url, {
      zh: '从来没有备份过',
      en: 'no backup was ever taken',
      mend: {
        zh: 'kaimen backup --out FILE，并设好定时：deploy/systemd/kaimen-backup.timer',
        en: 'kaimen backup --out FILE, and enable deploy/systemd/kaimen-backup.timer',
      },
    }),
  ];
}
