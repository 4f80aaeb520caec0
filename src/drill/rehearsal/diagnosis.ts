// What a ground that does not come back says of itself: for whoever has to find out why.
import { NODES } from '#drill/catalogue/parties.ts';
import type { Seen } from './crowd.ts';
import type { Scene } from './scene.ts';

const ANSWER_MS_MAX = 2_000;
const LOG_LINES = 6;
/** Of a process that has died: how it did. */
const LAST_WORDS_LINES = 40;
const LANE_WORDS = 2;

export async function diagnose({ ground, crowd }: Scene): Promise<string[]> {
  const lines: string[] = [];
  for (const node of NODES) {
    if (!ground.network.has(node)) continue;
    const url = ground.network.deskUrl(node);
    for (const page of ['healthz', 'readyz'])
      lines.push(`${node} ${page}: ${await said(url, page)}`);
    const failed = ground.nodes.get(node)?.failedStarts ?? [];
    lines.push(...failed.map((why) => `${node} did not start: ${why.slice(-300)}`));
    const post = ground.nodes.get(node);
    const lineCount = post?.isRunning === false ? LAST_WORDS_LINES : LOG_LINES;
    const log = post?.said().split('\n').slice(-lineCount) ?? [];
    lines.push(...log.map((line) => `${node} log: ${line.slice(0, 300)}`));
  }
  for (const lane of ground.lanes) {
    lines.push(
      `lane-${lane.number}: ${lane.said.slice(-LANE_WORDS).join(' | ') || 'said nothing'}`,
    );
  }
  return [...lines, ...probesOf(crowd.seen)];
}

/** What lanes said to those who were sent to see whether they decide exactly again. */
function probesOf(seen: readonly Seen[]): string[] {
  const probes = seen.filter(({ person }) => person.as === 'probe');
  const words = probes.map(({ lane, verdict }) =>
    verdict === null
      ? `lane-${lane}: nothing`
      : `lane-${lane}: ${verdict.verdict} ${verdict.reason ?? ''} by ${verdict.rung}`,
  );
  return [...Map.groupBy(words, (word) => word)].map(
    ([word, of]) => `probes ${word} × ${of.length}`,
  );
}

async function said(url: string, page: string): Promise<string> {
  try {
    const answer = await fetch(`${url}/${page}`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return `${answer.status} ${await answer.text()}`;
  } catch (error) {
    return (error as Error).message;
  }
}
