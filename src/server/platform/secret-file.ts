// Secrets of a data directory, each a file of its own, readable by its owner alone.
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const KEY_BYTES = 32;

/** Its name in the data directory. */
export const MASTER_KEY = 'master-key';

/**
 * The key that seals every event's key: made at first start, never in the database and never in a
 * backup. Without it a restored database cannot be served: keep a copy where the backups are not.
 */
export function loadMasterKey(dataDir: string): Uint8Array {
  const file = path.join(dataDir, MASTER_KEY);
  writeOnce(file, randomBytes(KEY_BYTES).toString('hex'));
  return readMasterKey(file);
}

export function readMasterKey(file: string): Uint8Array {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (key.length === KEY_BYTES) return key;
  throw new Error(`${file} does not hold a key of 64 hexadecimal digits: restore it from its copy`);
}

/**
 * The file appears whole or not at all, whenever we are killed.
 *
 * @returns false if the file was there already: it is left as it is
 */
export function writeOnce(file: string, secret: string): boolean {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, `${secret}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(unfinished, file);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(unfinished);
  }
}
