// What the lane knows of tickets and of others, in sealed pages of IndexedDB. A whole list arrives beside
// the one in force, under a number of its own, and takes its place in one transaction.
import type { Heard, HeardClaim } from '#domain/sync/heard.ts';
import type { ListStore } from '#lane/ports.ts';
import type { ListRow } from '#protocol/ticket-list.ts';
import { openDatabase, removeDatabase } from './idb.ts';
import { type Page, Pages } from './pages.ts';

/** Serials of one page. */
const SERIALS = 256;
/** Pages that lead from a hash or a reference to a serial. */
const WAYS = 64;
const HASHES = 2;
const REF = 6;
const KNOWN = 'known';
const DIGITS = 6;

export class IndexedDbList implements ListStore {
  readonly #name: string;
  readonly #pages: Pages;
  readonly #database: IDBDatabase;
  #turn: Promise<unknown> = Promise.resolve();
  #list = 1;
  #isWiped = false;

  private constructor(name: string, database: IDBDatabase, key: CryptoKey) {
    this.#name = name;
    this.#database = database;
    this.#pages = new Pages(database, key);
  }

  static async open(name: string, key: CryptoKey): Promise<IndexedDbList> {
    const database = await openDatabase(name, 1, (made) => made.createObjectStore('pages'));
    const store = new IndexedDbList(name, database, key);
    store.#list = Number((await store.get('list')) ?? 1);
    return store;
  }

  async get(key: string): Promise<string | null> {
    if (this.#isWiped) return null;
    const { [key]: value } = await this.#pages.read(KNOWN);
    return typeof value === 'string' ? value : null;
  }

  put(key: string, value: string): Promise<void> {
    return this.#inTurn(() => this.#writeKnown({ [key]: value }));
  }

  async bySerial(serial: number): Promise<ListRow | null> {
    if (this.#isWiped) return null;
    const page = await this.#pages.read(serialPage(this.#list, serial));
    return (page[String(serial)] as ListRow | undefined) ?? null;
  }

  byHash(hash: string): Promise<ListRow | null> {
    return this.#byWay(wayPage(this.#list, 'h', hash), hash);
  }

  byRef(ref: string): Promise<ListRow | null> {
    return this.#byWay(wayPage(this.#list, 'r', ref), ref);
  }

  /** Every row whose seat is this one; looks through the whole list. */
  async bySeat(matches: (row: ListRow) => boolean, countMax: number): Promise<ListRow[]> {
    const found: ListRow[] = [];
    if (this.#isWiped) return found;
    for (const name of await this.#pages.names(`${this.#list}/s/`, `${this.#list}/s/~`)) {
      for (const row of Object.values(await this.#pages.read(name)) as ListRow[]) {
        if (matches(row)) found.push(row);
        if (found.length >= countMax) return found;
      }
    }
    return found;
  }

  beginWhole(): Promise<void> {
    return this.#inTurn(() => {
      const [from, to] = [`${this.#list + 1}/`, `${this.#list + 1}/~`];
      return this.#pages.write(new Map(), [[from, to]]);
    });
  }

  take(rows: readonly ListRow[], isNewList: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const changed = new Map<string, Page>();
      const list = isNewList ? this.#list + 1 : this.#list;
      const draft = async (name: string): Promise<Page> => {
        const begun = changed.get(name);
        if (begun !== undefined) return begun;
        // A copy: readers see the old page until the new one is written.
        const page = { ...(await this.#pages.read(name)) };
        changed.set(name, page);
        return page;
      };
      for (const row of rows) {
        const serial = String(row[0]);
        const page = await draft(serialPage(list, row[0]));
        const before = page[serial] as ListRow | undefined;
        if (before !== undefined) {
          for (const hash of before[HASHES])
            delete (await draft(wayPage(list, 'h', hash)))[way(hash)];
          delete (await draft(wayPage(list, 'r', before[REF])))[way(before[REF])];
        }
        page[serial] = row;
        for (const hash of row[HASHES]) (await draft(wayPage(list, 'h', hash)))[way(hash)] = row[0];
        (await draft(wayPage(list, 'r', row[REF])))[way(row[REF])] = row[0];
      }
      await this.#pages.write(changed);
    });
  }

  async changes(
    isNewList: boolean,
    after: number,
    countMax: number,
  ): Promise<readonly (readonly [serial: number, change: number])[]> {
    const found: [number, number][] = [];
    if (this.#isWiped) return found;
    const list = isNewList ? this.#list + 1 : this.#list;
    const from = serialPage(list, after + 1);
    for (const name of await this.#pages.names(from, `${list}/s/~`)) {
      const rows = Object.values(await this.#pages.read(name)) as ListRow[];
      for (const [serial, change] of rows) if (serial > after) found.push([serial, change]);
      if (found.length >= countMax) break;
    }
    return found.slice(0, countMax);
  }

  finishWhole(cursor: string): Promise<void> {
    return this.#inTurn(async () => {
      const old = this.#list;
      await this.#writeKnown({ cursor, list: String(old + 1) }, [[`${old}/`, `${old}/~`]]);
      this.#list = old + 1;
    });
  }

  hear(claims: readonly HeardClaim[], through: string): Promise<void> {
    return this.#inTurn(async () => {
      const changed = new Map<string, Page>();
      for (const { serial, checkpoint, crossings } of claims) {
        const name = heardPage(checkpoint, serial);
        const page = changed.get(name) ?? { ...(await this.#pages.read(name)) };
        changed.set(name, page);
        if (crossings.length === 0) delete page[String(serial)];
        else page[String(serial)] = crossings;
      }
      changed.set(KNOWN, { ...(await this.#pages.read(KNOWN)), heardThrough: through });
      await this.#pages.write(changed);
    });
  }

  forgetHeard(): Promise<void> {
    return this.#inTurn(async () => {
      const { heardThrough: _, ...known } = await this.#pages.read(KNOWN);
      await this.#pages.write(new Map([[KNOWN, known]]), [['heard/', 'heard/~']]);
    });
  }

  async heardOf(serial: number, checkpoint: string): Promise<readonly Heard[]> {
    if (this.#isWiped) return [];
    const page = await this.#pages.read(heardPage(checkpoint, serial));
    return (page[String(serial)] as readonly Heard[] | undefined) ?? [];
  }

  async wipe(): Promise<void> {
    if (this.#isWiped) return;
    this.#isWiped = true;
    this.#database.close();
    await removeDatabase(this.#name);
  }

  async close(): Promise<void> {
    await this.#turn;
    if (!this.#isWiped) this.#database.close();
  }

  async #byWay(page: string, key: string): Promise<ListRow | null> {
    if (this.#isWiped) return null;
    const { [way(key)]: serial } = await this.#pages.read(page);
    return typeof serial === 'number' ? await this.bySerial(serial) : null;
  }

  async #writeKnown(
    values: Readonly<Record<string, string>>,
    remove: readonly (readonly [string, string])[] = [],
  ): Promise<void> {
    const page = { ...(await this.#pages.read(KNOWN)), ...values };
    await this.#pages.write(new Map([[KNOWN, page]]), remove);
  }

  /** One writer at a time; readers never wait for it. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (!this.#isWiped) await work();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

/** Padded, so that names in order are serials in order. */
function serialPage(list: number, serial: number): string {
  return `${list}/s/${String(Math.floor(serial / SERIALS)).padStart(DIGITS, '0')}`;
}

function heardPage(checkpoint: string, serial: number): string {
  return `heard/${checkpoint}/${Math.floor(serial / SERIALS)}`;
}

/** A reference may be any text, also one that objects have a meaning for. */
function way(key: string): string {
  return `:${key}`;
}

function wayPage(list: number, kind: 'h' | 'r', key: string): string {
  let sum = 0;
  for (const character of key) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0;
  return `${list}/${kind}/${sum % WAYS}`;
}
