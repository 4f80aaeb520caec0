// What to open after the demonstration.
import path from 'node:path';
import type { Ledger } from './play/ledger.ts';
import { DYING_GATE } from './play/power-cut.ts';
import { EVENT_ID } from './seed/event.ts';
import type { Story } from './seed/visits.ts';

export function nextSteps(where: {
  readonly dataDir: string;
  readonly url: string;
  readonly isRunning: boolean;
  readonly story: Story;
  readonly ledger: Ledger;
}): string[] {
  const inside = path.relative(process.cwd(), where.dataDir);
  const dir = inside.startsWith('..') ? where.dataDir : inside;
  const { port } = new URL(where.url);
  const isUsual = port === USUAL_PORT;
  const start = where.isRunning
    ? [`  服务器还在运行，Ctrl-C 停止 · The server runs at ${where.url} until Ctrl-C.`]
    : [
        '  服务器已停，数据还在 · The server has stopped, the evening is kept. Start it again:',
        `    npx kaimen serve --data ${dir}${isUsual ? '' : ` --port ${port}`}`,
      ];
  const onEvent = `--event ${EVENT_ID}`;
  const reissued = where.story.prepared.reissued[0] ?? '';
  return [
    ...start,
    '',
    '  接下来看什么 · Open next, in another terminal:',
    `    export KAIMEN_TOKEN=$(cat ${dir}/admin-token)`,
    ...(isUsual ? [] : [`    export KAIMEN_URL=${where.url}`]),
    `    npx kaimen tickets show ${twiceShown(where.ledger)} ${onEvent}`,
    `    npx kaimen tickets paper ${reissued} --as pdf --out ticket.pdf ${onEvent}`,
    `    npx kaimen controls ${onEvent}`,
    `    npx kaimen device enrol --gate ${DYING_GATE} ${onEvent}`,
    '    npx kaimen lane --help          # a lane of your own, with that device’s token',
    '    npx kaimen audit verify',
    `    curl ${where.url}/openapi.json`,
  ];
}

const USUAL_PORT = '8080';

/** A ticket that two people showed. */
function twiceShown({ entries }: Ledger): string {
  return entries.find((entry) => entry.reason === 'already-used')?.ticketRef ?? 'HY-000001';
}
