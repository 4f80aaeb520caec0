// Rows between databases of one shape, without naming their columns: PostgreSQL writes them as JSON and
// reads them back, also columns that were added since this was written.
import type { Pool, PoolClient } from 'pg';

/** Tables whose rows travel, with what makes a row of theirs. */
const KEYS = {
  events: ['number'],
  controls: ['event'],
  tokens: ['id'],
  devices: ['id'],
  edges: ['name'],
  tickets: ['event', 'serial'],
  media: ['event', 'hash'],
  scans: ['device', 'scan_id'],
  claims: ['event', 'entry_epoch', 'checkpoint', 'serial'],
  conflicts: ['event', 'device', 'scan_id'],
  authorities: ['event', 'epoch'],
  entry_epochs: ['event', 'epoch'],
  evacuations: ['event', 'id'],
  lane_people: ['event', 'person'],
  notices: ['event', 'n'],
  messages: ['event', 'id'],
  message_acknowledgements: ['event', 'message', 'device'],
} as const satisfies Record<string, readonly string[]>;
type Table = keyof typeof KEYS;

const columnsOf = new Map<Table, readonly string[]>();

async function columns(client: Pool | PoolClient, table: Table): Promise<readonly string[]> {
  const known = columnsOf.get(table);
  if (known !== undefined) return known;
  const { rows } = await client.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`,
    [table],
  );
  const names = rows.map(({ name }) => name);
  columnsOf.set(table, names);
  return names;
}

/**
 * Writes rows as they came; columns that the sender has and this database has not are left out.
 *
 * @param keeps - columns that are this database's own and stay as they are
 */
export async function upsertRows(
  client: PoolClient,
  table: Table,
  rows: readonly unknown[],
  keeps: readonly string[] = [],
): Promise<void> {
  if (rows.length === 0) return;
  const all = (await columns(client, table)).filter((name) => !keeps.includes(name));
  const keys: readonly string[] = KEYS[table];
  const list = all.map(quoted).join(', ');
  const changed = all.filter((name) => !keys.includes(name));
  await client.query(
    `INSERT INTO ${table} (${list})
     SELECT ${list} FROM json_populate_recordset(NULL::${table}, $1::json)
     ON CONFLICT (${keys.map(quoted).join(', ')})
     DO UPDATE SET ${changed.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ')}`,
    [JSON.stringify(rows)],
  );
}

function quoted(name: string): string {
  return `"${name}"`;
}
