// What was counted out to this desk, and what it has sold of it: sealed in this browser under a key that it does not
// give away, and gone when all of it is answered for.
import { z } from 'zod';
import { answered, completed, openDatabase } from '#web/offline/idb.ts';
import { newDataKey, type Sealed, seal, unseal } from '#web/offline/seal.ts';

const DATABASE = 'kaimen-consigned';
const KEY = 'data';

const name = z.object({ 'zh-CN': z.string(), en: z.string() });
const keptTicket = z.object({
  event: z.string(),
  ref: z.string(),
  section: z.string().nullable(),
  row: z.string().nullable(),
  seat: z.string().nullable(),
  type: z.string(),
  typeName: name,
  amountMinor: z.number(),
  currency: z.string(),
  code: z.string(),
  slip: z.string(),
  again: z.string(),
  /** By which it was sold here; null: not yet. */
  sale: z.string().nullable(),
});
export type KeptTicket = z.infer<typeof keptTicket>;

const keptSale = z.object({
  event: z.string(),
  sale: z.string(),
  refs: z.array(z.string()),
  payments: z.array(z.object({ provider: z.enum(['cash', 'card']), amountMinor: z.number() })),
  soldAt: z.string(),
  /** Why the hub did not take it; null: not told yet. */
  trouble: z.string().nullable(),
});
export type KeptSale = z.infer<typeof keptSale>;

export type Kept = {
  readonly tickets: readonly KeptTicket[];
  readonly sales: readonly KeptSale[];
};

type Row = { readonly id: string; readonly kind: 'ticket' | 'sale'; readonly sealed: Sealed };

export async function loadKept(): Promise<Kept> {
  const database = await open();
  try {
    const rows = await answered<Row[]>(
      database.transaction('rows').objectStore('rows').getAll() as IDBRequest<Row[]>,
    );
    if (rows.length === 0) return { tickets: [], sales: [] };
    const key = await keyOf(database);
    const texts = await Promise.all(
      rows.map(async ({ id, kind, sealed }) => {
        return { kind, value: JSON.parse(await unseal(key, id, sealed)) as unknown };
      }),
    );
    const of = (kind: Row['kind']) => texts.filter((text) => text.kind === kind);
    return {
      tickets: of('ticket').map(({ value }) => keptTicket.parse(value)),
      sales: of('sale').map(({ value }) => keptSale.parse(value)),
    };
  } finally {
    database.close();
  }
}

/** On the disk when it returns: only then is money taken, or paper printed. */
export async function keep(what: Partial<Kept>): Promise<void> {
  const database = await open();
  try {
    const key = await keyOf(database);
    const { tickets = [], sales = [] } = what;
    const rows = await Promise.all([
      ...tickets.map((ticket) => sealedRow(key, 'ticket', ticketId(ticket), ticket)),
      ...sales.map((sale) => sealedRow(key, 'sale', saleId(sale), sale)),
    ]);
    const writing = database.transaction('rows', 'readwrite', { durability: 'strict' });
    const done = completed(writing);
    for (const row of rows) writing.objectStore('rows').put(row);
    await done;
  } finally {
    database.close();
  }
}

/** Answered for: nobody needs it here any more. */
export async function forget(what: Partial<Kept>): Promise<void> {
  const database = await open();
  try {
    const writing = database.transaction('rows', 'readwrite', { durability: 'strict' });
    const done = completed(writing);
    const { tickets = [], sales = [] } = what;
    const ids = [...tickets.map(ticketId), ...sales.map(saleId)];
    for (const id of ids) writing.objectStore('rows').delete(id);
    await done;
  } finally {
    database.close();
  }
}

function ticketId({ event, ref }: Pick<KeptTicket, 'event' | 'ref'>): string {
  return `ticket ${event} ${ref}`;
}

function saleId({ event, sale }: Pick<KeptSale, 'event' | 'sale'>): string {
  return `sale ${event} ${sale}`;
}

async function sealedRow(
  key: CryptoKey,
  kind: Row['kind'],
  id: string,
  value: unknown,
): Promise<Row> {
  return { id, kind, sealed: await seal(key, id, JSON.stringify(value)) };
}

/** Made once; two windows of one browser have the same. */
async function keyOf(database: IDBDatabase): Promise<CryptoKey> {
  const fresh = await newDataKey();
  const writing = database.transaction('keys', 'readwrite', { durability: 'strict' });
  const done = completed(writing);
  const keys = writing.objectStore('keys');
  const known = await answered<CryptoKey | undefined>(keys.get(KEY));
  if (known === undefined) keys.put(fresh, KEY);
  await done;
  return known ?? fresh;
}

function open(): Promise<IDBDatabase> {
  return openDatabase(DATABASE, 1, (database) => {
    database.createObjectStore('keys');
    database.createObjectStore('rows', { keyPath: 'id' });
  });
}
