// How far this machine's claim store had come, kept outside of the database: a database folder that was put
// back from an older copy is found out at the start, before any lane has said what it saw.
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Log } from '#server/platform/log.ts';
import type { StoreState } from './store-state.ts';

const FILE = 'high-water.json';
const EVERY_MS = 1_000;

const highWater = z.object({ epoch: z.string(), revisions: z.record(z.string(), z.int().min(0)) });
type HighWater = z.infer<typeof highWater>;

/** Stops a store that is older than what this machine has written down of it. */
export async function checkHighWater(state: StoreState, dataDir: string, log: Log): Promise<void> {
  const kept = await readKept(path.join(dataDir, FILE), log);
  if (kept === null) return;
  for (const [event, revision] of Object.entries(kept.revisions)) {
    await state.confront(Number(event), { epoch: kept.epoch, revision }, 'this machine');
  }
}

/** Writes down how far the store has come, each second in which it has. */
export function keepHighWater(pool: Pool, dataDir: string, log: Log): { stop(): Promise<void> } {
  const file = path.join(dataDir, FILE);
  let written = '';
  let isFailing = false;
  let writing = Promise.resolve();
  async function keep(): Promise<void> {
    try {
      const text = `${JSON.stringify(await read(pool))}\n`;
      if (text !== written) await replace(file, text);
      written = text;
      isFailing = false;
    } catch (error) {
      // The database may be away or the disk full: said once, tried again each second.
      if (!isFailing)
        log.warn({ err: error, file }, 'cannot write down how far the store has come');
      isFailing = true;
    }
  }
  let isKeeping = false;
  const timer = setInterval(() => {
    if (isKeeping) return;
    isKeeping = true;
    writing = keep().finally(() => {
      isKeeping = false;
    });
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await writing;
      await keep();
    },
  };
}

async function read(pool: Pool): Promise<HighWater> {
  const { rows } = await pool.query<HighWater>(
    `SELECT epoch, COALESCE((SELECT json_object_agg(event, revision ORDER BY event) FROM claim_heads), '{}') AS revisions
     FROM store`,
  );
  if (rows[0] === undefined) throw new Error('the store has no state');
  return rows[0];
}

async function replace(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

async function readKept(file: string, log: Log): Promise<HighWater | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return highWater.parse(JSON.parse(text));
  } catch (error) {
    log.warn({ err: error, file }, 'is not as it was written: going by what lanes have seen alone');
    return null;
  }
}
