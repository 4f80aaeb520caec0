import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { type Clock, iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import { contentsMacOf, FORMAT_VERSION, keyMarkOf, line, type Manifest } from './backup-file.ts';
import { copyOut, listMigrations, listTables, onSnapshot } from './store.ts';

export type BackupDeps = {
  readonly pool: Pool;
  readonly masterKey: Uint8Array;
  readonly now: Clock;
  readonly version: string;
};

/** Everything committed at one moment, before compression; `backup-file.ts` says in which form. */
export function writeBackup(deps: BackupDeps): AsyncGenerator<Buffer> {
  const { masterKey } = deps;
  // Before the snapshot: whatever was answered until this moment is in the file.
  const takenAt = iso(deps.now());
  return onSnapshot(deps.pool, async function* (client) {
    const sha256 = createHash('sha256');
    const summed = (bytes: Buffer): Buffer => {
      sha256.update(bytes);
      return bytes;
    };
    const id = randomName('backup-', 10);
    const manifest: Manifest = {
      format: 'kaimen-backup',
      version: FORMAT_VERSION,
      program: deps.version,
      id,
      takenAt,
      migrations: await listMigrations(client),
      keyMark: keyMarkOf(masterKey, id),
    };
    yield summed(line(manifest));
    const tables = [];
    for (const header of await listTables(client)) {
      tables.push(yield* copyOut(client, header, summed));
    }
    const sum = sha256.digest('hex');
    yield line({ tables, sha256: sum, mac: contentsMacOf(masterKey, sum) });
  });
}
