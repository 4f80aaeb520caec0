// What to open after the demonstration.
import path from 'node:path';
import type { Seed } from './evening.ts';
import type { Ledger } from './play/ledger.ts';
import { EVENT_ID } from './seed/event.ts';

export function nextSteps(where: {
  readonly dataDir: string;
  readonly url: string;
  readonly isRunning: boolean;
  readonly seed: Seed;
  readonly ledger: Ledger;
}): string[] {
  const inside = path.relative(process.cwd(), where.dataDir);
  const dir = inside.startsWith('..') ? where.dataDir : inside;
  const { port } = new URL(where.url);
  const isUsual = port === USUAL_PORT;
  const start = where.isRunning
    ? [`  服务器在 ${where.url}，Ctrl-C 停止 · It runs until Ctrl-C.`]
    : [
        '  服务器已停，数据还在 · The server has stopped, the evening is kept. Again:',
        `    npx kaimen serve --data ${dir}${isUsual ? '' : ` --port ${port}`}`,
      ];
  const onEvent = `--event ${EVENT_ID}`;
  const reissued = where.seed.story.prepared.reissued[0] ?? '';
  return [
    ...start,
    '',
    '  接下来看什么 · Open next, in another terminal:',
    `    export KAIMEN_TOKEN=$(cat ${dir}/admin-token)`,
    ...(isUsual ? [] : [`    export KAIMEN_URL=${where.url}`]),
    `    npx kaimen tickets show ${twiceShown(where.ledger)} ${onEvent}`,
    `    npx kaimen tickets paper ${reissued} ${onEvent} --as pdf --out a.pdf`,
    `    npx kaimen controls ${onEvent}`,
    '    npx kaimen audit verify',
    `    curl ${where.url}/openapi.json`,
    ...laneOfYourOwn(where.seed, where.ledger, onEvent),
  ];
}

const USUAL_PORT = '8080';

/** A ticket that two people showed. */
function twiceShown({ entries }: Ledger): string {
  return entries.find((entry) => entry.reason === 'already-used')?.ticketRef ?? 'HY-000001';
}

/** Somebody with a season card stayed at home: their card can still be shown. */
function laneOfYourOwn({ ground, tickets }: Seed, { entries }: Ledger, onEvent: string): string[] {
  const seen = new Set(entries.map((entry) => entry.ticketRef));
  const gateOf = new Map(ground.sections.map((section) => [section.id, section.gate]));
  const absent = tickets.find((ticket) => ticket.code !== null && !seen.has(ticket.ref));
  if (absent === undefined) return [];
  const gate = gateOf.get(absent.section ?? '') ?? '';
  return [
    `    npx kaimen device enrol --gate ${gate} ${onEvent}     # prints a token for`,
    `    npx kaimen lane --token TOKEN     # scan ${absent.code}, twice`,
  ];
}
