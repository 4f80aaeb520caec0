// Whether those who have to agree are there: the voters of etcd, and the members of Patroni's cluster.
import { request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { type Finding, found } from './finding.ts';

const ANSWER_WITHIN_MS = 4_000;

type Asked = { readonly status: number; readonly body: unknown };

export async function lookAtEtcd(urls: readonly string[]): Promise<Finding[]> {
  if (urls.length === 0) return [];
  const asked = await Promise.all(urls.map(async (url) => ({ url, ...(await health(url)) })));
  const healthy = asked.filter(({ isHealthy }) => isHealthy);
  const needed = Math.floor(urls.length / 2) + 1;
  const subject = `etcd (${urls.length})`;
  const values = { voters: urls.length, healthy: healthy.length, needed };
  const missing = asked.filter(({ isHealthy }) => !isHealthy);
  const names = missing.map(({ url, why }) => `${url} (${why})`).join(', ');
  if (healthy.length < needed) {
    return [
      found('quorum', 'fail', subject, {
        zh: `只有 ${healthy.length} 个健康，需要 ${needed} 个；缺 ${names}`,
        en: `${healthy.length} healthy, ${needed} needed; missing ${names}`,
        values,
        mend: {
          zh: '先把能起的机器起起来；不要删成员：docs/runbook/cell.md',
          en: 'start the machines that can be started; remove no member: docs/runbook/cell.md',
        },
      }),
    ];
  }
  const spare = healthy.length - needed;
  return [
    found('quorum', missing.length === 0 ? 'ok' : 'warn', subject, {
      zh: `${healthy.length} 个健康，还能再失去 ${spare} 个${names === '' ? '' : `；缺 ${names}`}`,
      en: `${healthy.length} healthy, ${spare} more may be lost${names === '' ? '' : `; missing ${names}`}`,
      values,
      ...(missing.length === 0
        ? {}
        : {
            mend: {
              zh: '比赛前把缺的成员修好',
              en: 'bring the missing members back before the match',
            },
          }),
    }),
  ];
}

async function health(url: string): Promise<{ isHealthy: boolean; why: string }> {
  const asked = await ask(new URL('/health', url));
  if (typeof asked === 'string') return { isHealthy: false, why: asked };
  const said = (asked.body as { health?: unknown } | null)?.health;
  return { isHealthy: said === 'true' || said === true, why: `HTTP ${asked.status}` };
}

type Member = { name?: unknown; role?: unknown; state?: unknown; lag?: unknown };

/** Any member of Patroni's cluster knows all of them. */
export async function lookAtPatroni(url: string): Promise<Finding> {
  const asked = await ask(new URL('/cluster', url));
  const members =
    typeof asked === 'string' ? null : (asked.body as { members?: Member[] } | null)?.members;
  if (!Array.isArray(members)) {
    const why = typeof asked === 'string' ? asked : `HTTP ${asked.status}`;
    return found('quorum', 'fail', url, {
      zh: `Patroni 没有回答：${why}`,
      en: `Patroni does not answer: ${why}`,
      mend: { zh: '看 systemctl status patroni', en: 'look at “systemctl status patroni”' },
    });
  }
  const leaders = members.filter(({ role }) => role === 'leader' || role === 'standby_leader');
  const sync = members.filter(({ role, state }) => role === 'sync_standby' && isUp(state));
  const words = members.map(({ name, role, state }) => `${name} ${role} ${state}`).join(', ');
  const values = { members: members.length, leaders: leaders.length, syncStandbys: sync.length };
  const state =
    leaders.length !== 1
      ? 'fail'
      : sync.length === 0 || !members.every((each) => isUp(each.state))
        ? 'warn'
        : 'ok';
  return found('quorum', state, url, {
    zh: words,
    en: words,
    values,
    ...(state === 'ok'
      ? {}
      : {
          mend: {
            zh: '没有同步备机时写入会等：修好备机；没有主机时看 patronictl list：docs/runbook/slow-database.md',
            en: 'without a synchronous standby writes wait: mend it; without a leader look at “patronictl list”: docs/runbook/slow-database.md',
          },
        }),
  });
}

function isUp(state: unknown): boolean {
  return state === 'running' || state === 'streaming';
}

/** @returns the answer, or why there was none */
async function ask(url: URL): Promise<Asked | string> {
  const send = url.protocol === 'https:' ? request : requestPlain;
  const { promise, resolve } = Promise.withResolvers<Asked | string>();
  const outgoing = send(
    url,
    {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    },
    (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body: parsed(body) }),
        (error: Error) => resolve(error.message),
      );
    },
  );
  outgoing.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  outgoing.end();
  return await promise;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
