// Drawers: opened with a float, closed with a count. What should be in one is reckoned from what was taken, never
// kept as a sum.
import type { Pool, PoolClient } from 'pg';
import type { z } from 'zod';
import type {
  closeShiftRequest,
  DeskShift,
  moveRequest,
  openShiftRequest,
} from '#protocol/box-office.ts';
import { actorOf } from '#server/platform/acts.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { type ShiftRow, shiftViewOf } from './shift-view.ts';

const COLUMNS =
  'id, desk, person, currency, float_minor, opened_at, closed_at, counted_minor, expected_minor';

/** The open one of this person; null: there is none. */
export async function openShiftOf(
  client: Pool | PoolClient,
  person: string,
): Promise<DeskShift | null> {
  const { rows } = await client.query<ShiftRow>(
    `SELECT ${COLUMNS} FROM desk_shifts WHERE person = $1 AND closed_at IS NULL`,
    [person],
  );
  return rows[0] === undefined ? null : await shiftViewOf(client, rows[0]);
}

/** @throws HttpProblem `conflict` while this person, or somebody at this desk, has one open */
export async function openShift(
  context: ServerContext,
  principal: Principal | null,
  { desk, currency, floatMinor }: z.infer<typeof openShiftRequest>,
): Promise<DeskShift> {
  const person = actorOf(principal);
  const id = randomName('shift-', 8);
  await context.acts.do(principal, async (client) => {
    const { rows } = await client.query<{ person: string; desk: string }>(
      `SELECT person, desk FROM desk_shifts WHERE closed_at IS NULL AND (person = $1 OR desk = $2)`,
      [person, desk],
    );
    if (rows[0] !== undefined) throw openAlready(rows[0].desk);
    const added = await client.query(
      `INSERT INTO desk_shifts (id, desk, person, currency, float_minor, opened_at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [id, desk, person, currency, floatMinor, new Date(context.now())],
    );
    if (added.rowCount === 0) throw openAlready(desk);
    const detail = { desk, floatMinor, currency };
    return { result: null, act: { act: 'shift.opened', subject: id, detail } };
  });
  const opened = await openShiftOf(context.pool, person);
  if (opened === null) throw openAlready(desk);
  return opened;
}

/** @throws HttpProblem `not-found`, `conflict` */
export async function moveCash(
  context: ServerContext,
  principal: Principal | null,
  id: string,
  { requestId, amountMinor, reason }: z.infer<typeof moveRequest>,
): Promise<DeskShift> {
  await context.acts.do(principal, async (client) => {
    await lockOwn(client, id, actorOf(principal));
    const { rows } = await client.query<{ amount_minor: string }>(
      'SELECT amount_minor FROM desk_moves WHERE shift = $1 AND request_key = $2',
      [id, requestId],
    );
    if (rows[0] !== undefined) {
      if (Number(rows[0].amount_minor) === amountMinor) return { result: null, act: null };
      throw new HttpProblem('conflict', {
        detail: `requestId ${requestId} was used for another amount`,
        mend: 'choose a new requestId for a new line',
      });
    }
    await client.query(
      `INSERT INTO desk_moves (shift, request_key, amount_minor, reason, at) VALUES ($1, $2, $3, $4, $5)`,
      [id, requestId, amountMinor, reason, new Date(context.now())],
    );
    const detail = { amountMinor, reason };
    return { result: null, act: { act: 'shift.moved', subject: id, detail } };
  });
  return await shiftNamed(context.pool, id);
}

/** @throws HttpProblem `not-found`, `conflict` */
export async function closeShift(
  context: ServerContext,
  principal: Principal | null,
  id: string,
  { countedMinor, note: written }: z.infer<typeof closeShiftRequest>,
): Promise<DeskShift> {
  const note = written ?? null;
  await context.acts.do(principal, async (client) => {
    const row = await lockOwn(client, id, actorOf(principal));
    const { expectedMinor, consigned } = await shiftViewOf(client, row);
    if (consigned.out > 0) throw consignedOut(consigned.out);
    await client.query(
      `UPDATE desk_shifts SET closed_at = $2, counted_minor = $3, expected_minor = $4, note = $5 WHERE id = $1`,
      [id, new Date(context.now()), countedMinor, expectedMinor, note],
    );
    const detail = { countedMinor, expectedMinor, note, consignedOwedMinor: consigned.owedMinor };
    return { result: null, act: { act: 'shift.closed', subject: id, detail } };
  });
  return await shiftNamed(context.pool, id);
}

/** Within the transaction that takes the money: the shift must still be open then. */
export async function noteTaking(
  client: PoolClient,
  shift: string,
  person: string,
  taking: {
    readonly payment: string;
    readonly provider: string;
    readonly amountMinor: number;
    readonly currency: string;
  },
): Promise<void> {
  await lockOwn(client, shift, person);
  const { payment, provider, amountMinor, currency } = taking;
  await client.query(
    `INSERT INTO desk_takings (payment, shift, provider, amount_minor, currency)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [payment, shift, provider, amountMinor, currency],
  );
}

/** What was taken for tickets that had been counted out: into the drawer that is open when it is told. */
export async function noteConsignedTaking(
  client: PoolClient,
  shift: string,
  person: string,
  taking: {
    readonly event: number;
    readonly sale: string;
    readonly part: number;
    readonly provider: 'cash' | 'card';
    readonly amountMinor: number;
    readonly currency: string;
    readonly reference?: string | undefined;
    readonly at: Date;
  },
): Promise<void> {
  await lockOwn(client, shift, person);
  const { event, sale, part, provider, amountMinor, currency, reference, at } = taking;
  await client.query(
    `INSERT INTO consigned_takings (event, sale, part, shift, provider, amount_minor, currency, reference, sold_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [event, sale, part, shift, provider, amountMinor, currency, reference ?? null, at],
  );
}

async function lockOwn(client: PoolClient, id: string, person: string): Promise<ShiftRow> {
  const { rows } = await client.query<ShiftRow>(
    `SELECT ${COLUMNS} FROM desk_shifts WHERE id = $1 AND person = $2 FOR UPDATE`,
    [id, person],
  );
  const [row] = rows;
  if (row === undefined) throw noSuchShift();
  if (row.closed_at !== null) {
    throw new HttpProblem('conflict', {
      detail: 'this shift is closed',
      mend: 'open another one: what was counted stays as it was counted',
      more: { why: 'shift-closed' },
    });
  }
  return row;
}

async function shiftNamed(pool: Pool, id: string): Promise<DeskShift> {
  const { rows } = await pool.query<ShiftRow>(`SELECT ${COLUMNS} FROM desk_shifts WHERE id = $1`, [
    id,
  ]);
  if (rows[0] === undefined) throw noSuchShift();
  return await shiftViewOf(pool, rows[0]);
}

function openAlready(desk: string): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `a shift is open at ${desk}`,
    mend: 'close that one first: a drawer has one person, and a person one drawer',
    more: { why: 'shift-open' },
  });
}

function consignedOut(count: number): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `${count} tickets that were counted out to you are not answered for`,
    mend: 'let the desk report what it sold, and give back what is unsold; then close',
    more: { why: 'consigned-out' },
  });
}

function noSuchShift(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'you have no such shift',
    mend: 'see GET /api/v1/desk/shifts for the one that is open',
  });
}
