// Controls set at a box, on top of what the hub has in force until the hub has taken them up; at the hub,
// made once each in the order of the box.
import type { Pool, PoolClient } from 'pg';
import { may, type Permission, type Role } from '#domain/access/roles.ts';
import { applyControlChange, type ControlChange } from '#domain/venue/control-change.ts';
import type { CarriedChange } from '#protocol/edge.ts';
import { iso } from '#server/platform/clock.ts';
import type { Operator } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { changeControls, type StoredControls } from '#server/venue/store.ts';

const CHANGES_AT_ONCE_MAX = 100;

type ChangeRow = {
  seq: string;
  event: number;
  at: Date;
  token: string;
  person: string;
  change: ControlChange;
};

/** The hub's controls with what was set here since, and the hub has not heard of. */
export async function withPending(
  client: PoolClient,
  self: string,
  event: number,
  controls: StoredControls,
): Promise<StoredControls> {
  const { rows } = await client.query<{ change: ControlChange }>(
    `SELECT change FROM control_changes
     WHERE edge = $1 AND event = $2 AND carried_at IS NULL ORDER BY seq`,
    [self, event],
  );
  return rows.map(({ change }) => change).reduce<StoredControls>(applyControlChange, controls);
}

export async function pendingChanges(pool: Pool, self: string): Promise<CarriedChange[]> {
  const { rows } = await pool.query<ChangeRow>(
    `SELECT seq, event, at, token, person, change FROM control_changes
     WHERE edge = $1 AND carried_at IS NULL ORDER BY seq LIMIT $2`,
    [self, CHANGES_AT_ONCE_MAX],
  );
  return rows.map((row) => ({
    seq: Number(row.seq),
    event: row.event,
    at: iso(row.at.getTime()),
    token: row.token,
    person: row.person,
    change: row.change,
  }));
}

export async function markCarried(pool: Pool, self: string, through: number): Promise<void> {
  await pool.query(
    `UPDATE control_changes SET carried_at = now()
     WHERE edge = $1 AND seq <= $2 AND carried_at IS NULL`,
    [self, through],
  );
}

const NEEDS: Readonly<Record<ControlChange['kind'], Permission>> = {
  'hold-set': 'controls.set',
  'hold-lifted': 'controls.set',
  'diversion-set': 'controls.set',
  'diversion-lifted': 'controls.set',
  'limit-set': 'controls.limit',
  'window-moved': 'controls.set',
  'mode-set': 'controls.set',
};

/** At the hub: makes a change that was made at a box, unless it was made before. */
export async function takeUpChange(
  context: ServerContext,
  edge: string,
  carried: CarriedChange,
): Promise<void> {
  const { seq, event, at, token, person } = carried;
  const change = carried.change as ControlChange;
  const by: Operator = { kind: 'operator', id: token, role: 'viewer', person };
  const isNew = await context.acts.do(by, async (client) => {
    const refused = await whyRefused(client, event, token, person, NEEDS[change.kind]);
    const { rowCount } = await client.query(
      `INSERT INTO control_changes (edge, seq, event, at, token, person, change, carried_at, refused)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now(), $8) ON CONFLICT DO NOTHING`,
      [edge, seq, event, at, token, person, JSON.stringify(change), refused],
    );
    if (rowCount === 0) return { result: false, act: null };
    const detail = { edge, at, change, ...(refused === null ? {} : { refused }) };
    const subject = String(event);
    if (refused !== null) {
      return { result: false, act: { act: 'control.refused', subject, detail } };
    }
    await changeControls(client, event, (controls) => applyControlChange(controls, change));
    return { result: true, act: { act: 'control.carried', subject, detail } };
  });
  if (isNew) context.bus.emit('controls', event);
}

/** The box has checked it by what it knew; the hub may know better. */
async function whyRefused(
  client: PoolClient,
  event: number,
  token: string,
  person: string,
  permission: Permission,
): Promise<string | null> {
  const { rows } = await client.query<{ role: Role; has_event: boolean }>(
    `SELECT role, EXISTS (SELECT 1 FROM controls WHERE event = $3) AS has_event
     FROM tokens WHERE id = $1 AND person = $2`,
    [token, person, event],
  );
  const found = rows[0];
  if (found === undefined) return 'the hub knows no such token';
  if (!found.has_event) return 'the hub knows no such event';
  return may(found.role, permission) ? null : `this token may not do “${permission}”`;
}
