// SQL of grounds and their layouts. A layout that is stored never changes, so whoever has read one may keep it.
import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { capacityOf, type GroundLayout, seatCount } from '#domain/seating/ground-layout.ts';
import type { GroundList } from '#protocol/grounds.ts';

/** @returns null when the ground has no such layout */
export async function loadLayout(
  client: Pool | PoolClient,
  ground: string,
  version: number,
): Promise<GroundLayout | null> {
  const { rows } = await client.query<{ layout: GroundLayout }>(
    'SELECT layout FROM ground_layouts WHERE ground = $1 AND version = $2',
    [ground, version],
  );
  return rows[0]?.layout ?? null;
}

/** The newest one. @returns null when there is none */
export async function latestLayout(
  client: Pool | PoolClient,
  ground: string,
): Promise<GroundLayout | null> {
  const { rows } = await client.query<{ layout: GroundLayout }>(
    `SELECT l.layout FROM grounds g JOIN ground_layouts l ON l.ground = g.id AND l.version = g.latest
     WHERE g.id = $1`,
    [ground],
  );
  return rows[0]?.layout ?? null;
}

/** Locks the ground until the end of the transaction. @returns the number of its newest layout, 0 for none */
export async function lockGround(client: PoolClient, ground: string): Promise<number> {
  await client.query(
    'INSERT INTO grounds (id, latest) VALUES ($1, 0) ON CONFLICT (id) DO NOTHING',
    [ground],
  );
  const { rows } = await client.query<{ latest: number }>(
    'SELECT latest FROM grounds WHERE id = $1 FOR UPDATE',
    [ground],
  );
  return rows[0]?.latest ?? 0;
}

/** Whether the newest layout of the ground says the same. */
export async function isLatest(client: PoolClient, layout: GroundLayout): Promise<boolean> {
  const { rows } = await client.query(
    'SELECT 1 FROM ground_layouts WHERE ground = $1 AND version = $2 AND content = $3',
    [layout.ground, layout.version, contentOf(layout)],
  );
  return rows.length > 0;
}

/** The ground is locked, and the layout has the number that follows its newest one. */
export async function insertLayout(
  client: PoolClient,
  layout: GroundLayout,
  by: { readonly person: string; readonly at: Instant },
): Promise<void> {
  const seats = seatCount(layout);
  await client.query(
    `INSERT INTO ground_layouts
       (ground, version, layout, content, sections, seats, standing, imported_by, imported_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      layout.ground,
      layout.version,
      JSON.stringify(layout),
      contentOf(layout),
      layout.sections.length,
      seats,
      capacityOf(layout) - seats,
      by.person,
      new Date(by.at),
    ],
  );
  await client.query('UPDATE grounds SET latest = $2 WHERE id = $1', [
    layout.ground,
    layout.version,
  ]);
}

const GROUNDS_MAX = 200;

export async function listGrounds(
  pool: Pool,
  ground: string | null,
): Promise<GroundList['grounds']> {
  const { rows } = await pool.query<{
    ground: string;
    version: number;
    sections: number;
    seats: number;
    standing: number;
    imported_by: string;
    imported_at: Date;
  }>(
    `SELECT ground, version, sections, seats, standing, imported_by, imported_at FROM ground_layouts
     WHERE ground IN (SELECT id FROM grounds WHERE $1::text IS NULL OR id = $1 ORDER BY id LIMIT $2)
     ORDER BY ground, version DESC`,
    [ground, GROUNDS_MAX],
  );
  const grounds = new Map<string, GroundList['grounds'][number]>();
  for (const { ground: of, imported_by, imported_at, ...counts } of rows) {
    const known = grounds.get(of) ?? { id: of, layouts: [] };
    known.layouts.push({
      ...counts,
      importedBy: imported_by,
      importedAt: imported_at.toISOString(),
    });
    grounds.set(of, known);
  }
  return [...grounds.values()];
}

function contentOf({ version: _, ...content }: GroundLayout): Buffer {
  return createHash('sha256').update(JSON.stringify(content)).digest();
}
