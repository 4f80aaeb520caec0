// A node with its lanes as a process of its own, which may stand on another machine: decides scans in the cell and
// writes down each answer before it counts as given. What it wrote is what the outside knows.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Instant } from '#domain/kernel/instant.ts';
import type { CellConfig } from '#server/cell/cell-config.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { deviceAt } from '#server/platform/principal.ts';
import { HubNode } from './hub-node.ts';
import type { TestDatabase } from './postgres.ts';

export type DeciderTask = {
  readonly name: string;
  readonly connection: TestDatabase['connection'];
  readonly cell: CellConfig;
  readonly event: number;
  readonly eventId: string;
  readonly now: Instant;
  /** In the order in which its lanes scan them; again from the beginning when all were. */
  readonly serials: readonly number[];
  readonly lanes: number;
  readonly perLaneMs: number;
  readonly logFile: string;
};

/** A line of its log. `ms`: from the scan to the answer. */
export type Said = {
  readonly at: number;
  readonly ms: number;
  readonly serial: number;
  readonly scan: string;
  /** Verdict or reason; `unavailable`: nobody decided, the same scan is sent again. */
  readonly word: string;
  readonly revision: number;
};

const task = JSON.parse(process.argv[2] ?? '{}') as DeciderTask;
const database = { connection: task.connection } as TestDatabase;
const node = await HubNode.open(database, { now: task.now, name: task.name, cell: task.cell });
await node.context.cell?.ready(task.event);
await node.context.catalogue.reload(task.event);
let next = 0;
let isStopping = false;
const lanes = Array.from({ length: task.lanes }, (_, lane) => run(lane));
process.stdout.write('ready\n');
createInterface(process.stdin).once('line', () => {
  isStopping = true;
});
await Promise.all(lanes);
await Promise.race([node[Symbol.asyncDispose](), pause(3_000)]);
process.exit(0);

async function run(lane: number): Promise<void> {
  const id = `${task.name}-${lane}`;
  const place = { eventNumber: task.event, eventId: task.eventId, gate: 'N1', lane: null };
  const device = deviceAt({ id, ...place });
  while (!isStopping) {
    const index = next++;
    const serial = task.serials[index % task.serials.length] ?? 1;
    const code = await node.code(task.event, serial);
    const scan = `${id}-${index}`;
    for (;;) {
      const startedAt = performance.now();
      const { word, revision } = await ask(device, scan, code);
      const ms = performance.now() - startedAt;
      const said: Said = { at: Date.now(), ms, serial, scan, word, revision };
      appendFileSync(task.logFile, `${JSON.stringify(said)}\n`);
      if (word !== 'unavailable' || isStopping) break;
    }
    await pause(task.perLaneMs);
  }
}

async function ask(
  device: ReturnType<typeof deviceAt>,
  scan: string,
  code: string,
): Promise<{ word: string; revision: number }> {
  try {
    const answer = await node.scan(device, scan, code);
    if (answer === 'scan-id-reused') return { word: answer, revision: 0 };
    return { word: answer.reason ?? answer.verdict, revision: answer.revision };
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 503) {
      return { word: 'unavailable', revision: 0 };
    }
    throw error;
  }
}
