// What the drill tells the flooder, and what that tells back.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Request } from '#drill/load/connection.ts';

export type FloodWish = {
  readonly url: string;
  /** In turn, again and again. */
  readonly requests: readonly Request[];
  /** Whatever becomes of the answers; null: each connection as fast as it gets them. */
  readonly perSecond: number | null;
  readonly ms: number;
  readonly connections: number;
};

export type FloodTally = {
  readonly served: number;
  /** 503 with a time in Retry-After, and without. */
  readonly shed: number;
  readonly shedWithoutTime: number;
  /** Any other status: who shows no good token gets 401. */
  readonly refused: number;
  readonly lost: number;
  /** Not asked, because every connection was still waiting. */
  readonly unsent: number;
  readonly seconds: number;
  /** Least and most seconds of Retry-After. */
  readonly retryAfterS: readonly [number, number] | null;
};

const PROGRAM = fileURLToPath(new URL('./flooder.ts', import.meta.url));
const REFUSER = fileURLToPath(new URL('./refuser.ts', import.meta.url));

/** Of what a flooder says, the line before its tally: its connections stand, and it asks. */
export const ASKING = 'asking';

/**
 * Runs the flooder to its end, behind every other program of the machine.
 *
 * @param onAsking - called once its connections stand
 */
export async function flood(wish: FloodWish, onAsking = () => {}): Promise<FloodTally> {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  setPriority(child.pid ?? 0, constants.priority.PRIORITY_LOW);
  child.stdin.end(JSON.stringify(wish));
  let tally: FloodTally | null = null;
  for await (const line of createInterface(child.stdout)) {
    if (line === ASKING) onAsking();
    else tally = JSON.parse(line) as FloodTally;
  }
  if (tally === null) throw new Error('the flooder ended without a word');
  return tally;
}

/** A program beside the server, for the same flood. */
export async function startRefuser(): Promise<AsyncDisposable & { readonly url: string }> {
  const child = spawn(process.execPath, [REFUSER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
