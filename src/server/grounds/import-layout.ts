// A manifest into the store: read, checked as a whole, and kept as the next layout of its ground, or refused
// with every place that is wrong.
import { capacityOf, type GroundLayout, seatCount } from '#domain/seating/ground-layout.ts';
import type { LayoutDraft, LayoutRefusal } from '#domain/seating/layout-draft.ts';
import { makeLayout } from '#domain/seating/make-layout.ts';
import {
  MANIFEST_COLUMNS,
  type ManifestColumn,
  ManifestReader,
} from '#domain/seating/read-manifest.ts';
import type { LayoutReport } from '#protocol/grounds.ts';
import { actorOf } from '#server/platform/acts.ts';
import { readCsv } from '#server/platform/csv.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { asRefusedFile } from '#server/platform/http/upload.ts';
import type { Principal } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { insertLayout, isLatest, lockGround } from './layout-store.ts';

/** @throws HttpProblem `refused-file` */
export async function draftOfCsv(
  ground: string,
  bytes: AsyncIterable<Buffer>,
): Promise<LayoutDraft> {
  try {
    const { header, rows } = await readCsv(bytes, {
      known: MANIFEST_COLUMNS,
      required: ['stand', 'section'],
    });
    const reader = new ManifestReader(ground);
    for await (const { line, cells } of rows) {
      if (cells.length !== header.length) throw unevenLine(line, cells.length, header.length);
      const named = header.map((column, at) => [column as ManifestColumn, cells[at] ?? '']);
      reader.add({ line, cells: Object.fromEntries(named) });
      if (reader.isHopeless) break;
    }
    if (reader.refusals.length > 0) throw refusedLayout(reader.refusals);
    return reader.draft();
  } catch (error) {
    throw asRefusedFile(error);
  }
}

/** @param isCheck - says what would come of it, and keeps nothing. @throws HttpProblem `refused-file` */
export async function importLayout(
  context: Pick<ServerContext, 'pool' | 'acts' | 'now'>,
  principal: Principal | null,
  draft: LayoutDraft,
  isCheck: boolean,
): Promise<LayoutReport> {
  const made = makeLayout(draft, 1);
  if (made.kind === 'refused') throw refusedLayout(made.refusals);
  const { layout } = made;
  if (isCheck) {
    // Rolled back: a ground that is only looked at does not come into being.
    const latest = await inTransaction(context.pool, async (client) => {
      const { rows } = await client.query<{ latest: number }>(
        'SELECT latest FROM grounds WHERE id = $1',
        [layout.ground],
      );
      const version = rows[0]?.latest ?? 0;
      return { version, isSame: await isLatest(client, { ...layout, version }) };
    });
    return reportOf({ ...layout, version: latest.version + (latest.isSame ? 0 : 1) }, false);
  }
  return await context.acts.do(principal, async (client) => {
    const version = await lockGround(client, layout.ground);
    const before = { ...layout, version };
    if (await isLatest(client, before)) return { result: reportOf(before, false), act: null };
    const next = { ...layout, version: version + 1 };
    await insertLayout(client, next, { person: actorOf(principal), at: context.now() });
    const result = reportOf(next, true);
    const { ground: subject, created: _, ...detail } = result;
    return { result, act: { act: 'ground.imported', subject, detail } };
  });
}

function reportOf(layout: GroundLayout, created: boolean): LayoutReport {
  const seats = seatCount(layout);
  let wheelchairs = 0;
  for (const section of layout.sections) {
    if (section.kind !== 'seats') continue;
    for (const { seats: row } of section.rows) {
      wheelchairs += row.filter(({ flags }) => flags?.includes('wheelchair') === true).length;
    }
  }
  return {
    ground: layout.ground,
    version: layout.version,
    created,
    stands: layout.stands.length,
    sections: layout.sections.length,
    seats,
    standing: capacityOf(layout) - seats,
    wheelchairs,
  };
}

function refusedLayout(refusals: readonly LayoutRefusal[]): HttpProblem {
  const errors = refusals.map((refusal) => ({
    field: placeOf(refusal),
    message: `${refusal.message}: ${refusal.mend}`,
  }));
  const [first] = errors;
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new HttpProblem('refused-file', {
    detail: `${first?.field}: ${first?.message}${rest}`,
    mend: 'correct the places named under errors and import the manifest again',
    errors,
  });
}

function placeOf({ line, section, row, seat }: LayoutRefusal): string {
  const parts = [
    ...(line === null ? [] : [`line ${line}`]),
    ...(section === null ? [] : [`section ${section}`]),
    ...(row === null ? [] : [`row ${row}`]),
    ...(seat === null ? [] : [`seat ${seat}`]),
  ];
  return parts.length === 0 ? 'ground' : parts.join(', ');
}

function unevenLine(line: number, cells: number, columns: number): HttpProblem {
  const message = `has ${cells} cells, the header has ${columns}`;
  const mend = 'put quotes round a cell with a comma in it';
  return refusedLayout([{ line, section: null, row: null, seat: null, message, mend }]);
}
