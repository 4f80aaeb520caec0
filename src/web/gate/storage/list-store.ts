// What the lane knows of tickets and of others, in sealed pages of IndexedDB. A whole list arrives beside
// the one in force, under a number of its own, and takes its place in one transaction.
import type { Heard, HeardClaim } from '#domain/sync/heard.ts';
import { HEARD_THROUGH } from '#lane/hearing.ts';
import type { ListStore } from '#lane/ports.ts';
import type { ListRow } from '#protocol/ticket-list.ts';
import { openDatabase, removeDatabase } from '#web/offline/idb.ts';
import { type Page, Pages } from './pages.ts';

/** Serials of one page. */
const SERIALS = 256;
/** Pages that lead from a hash or a reference to a serial. */
const WAYS = 64;
const HASHES = 2;
const REF = 6;
const KNOWN = 'known';
/** How far others have been heard: it changes with every crossing, so it is no part of a larger page. */
const HEARD = 'heard/through';
const DIGITS = 6;

type Arriving = {
  readonly ways: Map<string, Page>;
  readonly changes: Map<number, number>;
  /** By serial, once it is asked for. */
  sorted: readonly (readonly [serial: number, change: number])[] | null;
};

export class IndexedDbList implements ListStore {
  readonly #name: string;
  readonly #pages: Pages;
  readonly #database: IDBDatabase;
  #turn: Promise<unknown> = Promise.resolve();
  #list = 1;
  #isWiped = false;
  /** While a whole list arrives: what leads to it, written once at the end, and what of it is here. */
  #arriving = nothingArriving();

  private constructor(name: string, database: IDBDatabase, key: CryptoKey) {
    this.#name = name;
    this.#database = database;
    this.#pages = new Pages(database, key);
  }

  static async open(name: string, key: CryptoKey): Promise<IndexedDbList> {
    const database = await openDatabase(name, 1, (made) => made.createObjectStore('pages'));
    const store = new IndexedDbList(name, database, key);
    store.#list = Number((await store.get('list')) ?? 1);
    // Beside the start: until it is over, or should it fail, pages are read from the disk.
    store.#pages.recall((work) => store.#inTurn(work)).catch(() => {});
    return store;
  }

  async get(key: string): Promise<string | null> {
    if (this.#isWiped) return null;
    const { [key]: value } = await this.#pages.read(pageOfKey(key));
    return typeof value === 'string' ? value : null;
  }

  put(key: string, value: string): Promise<void> {
    return this.#inTurn(() => this.#writeKnown(pageOfKey(key), { [key]: value }));
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
      this.#arriving = nothingArriving();
      const [from, to] = [`${this.#list + 1}/`, `${this.#list + 1}/~`];
      return this.#pages.write(new Map(), [[from, to]]);
    });
  }

  take(rows: readonly ListRow[], isNewList: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const list = isNewList ? this.#list + 1 : this.#list;
      const changed = new Map<string, Page>();
      const { ways, changes } = this.#arriving;
      this.#arriving.sorted = null;
      const wayDrafts = isNewList ? ways : changed;
      const wayDraft = (kind: 'h' | 'r', key: string) => {
        const name = wayPage(list, kind, key);
        if (isNewList && !ways.has(name)) ways.set(name, {});
        return this.#draft(wayDrafts, name);
      };
      for (const row of rows) {
        const [serial, change, hashes] = row;
        // Most rows find their pages open: waiting for each would cost more than the rows.
        const drafted = this.#draft(changed, serialPage(list, serial));
        const page = drafted instanceof Promise ? await drafted : drafted;
        const before = page[String(serial)] as ListRow | undefined;
        if (before !== undefined) {
          for (const hash of before[HASHES]) delete (await wayDraft('h', hash))[way(hash)];
          delete (await wayDraft('r', before[REF]))[way(before[REF])];
        }
        page[String(serial)] = row;
        for (const hash of hashes) {
          const drafted = wayDraft('h', hash);
          (drafted instanceof Promise ? await drafted : drafted)[way(hash)] = serial;
        }
        const byRef = wayDraft('r', row[REF]);
        (byRef instanceof Promise ? await byRef : byRef)[way(row[REF])] = serial;
        if (isNewList) changes.set(serial, change);
      }
      await this.#pages.write(changed);
    });
  }

  async changes(
    isNewList: boolean,
    after: number,
    countMax: number,
  ): Promise<readonly (readonly [serial: number, change: number])[]> {
    if (this.#isWiped) return [];
    if (isNewList) {
      const { changes } = this.#arriving;
      this.#arriving.sorted ??= [...changes].sort(([a], [b]) => a - b);
      const { sorted } = this.#arriving;
      const from = sorted.findIndex(([serial]) => serial > after);
      return from === -1 ? [] : sorted.slice(from, from + countMax);
    }
    const found: [number, number][] = [];
    const from = serialPage(this.#list, after + 1);
    for (const name of await this.#pages.names(from, `${this.#list}/s/~`)) {
      const rows = Object.values(await this.#pages.read(name)) as ListRow[];
      for (const [serial, change] of rows) if (serial > after) found.push([serial, change]);
      if (found.length >= countMax) break;
    }
    return found.slice(0, countMax);
  }

  finishWhole(cursor: string): Promise<void> {
    return this.#inTurn(async () => {
      const old = this.#list;
      const known = { ...(await this.#pages.read(KNOWN)), cursor, list: String(old + 1) };
      const changed = new Map(this.#arriving.ways).set(KNOWN, known);
      await this.#pages.write(changed, [[`${old}/`, `${old}/~`]]);
      this.#list = old + 1;
      this.#arriving = nothingArriving();
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
      changed.set(HEARD, { [HEARD_THROUGH]: through });
      await this.#pages.write(changed);
    });
  }

  forgetHeard(): Promise<void> {
    return this.#inTurn(() => this.#pages.write(new Map(), [['heard/', 'heard/~']]));
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

  async #writeKnown(name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const page = { ...(await this.#pages.read(name)), ...values };
    await this.#pages.write(new Map([[name, page]]));
  }

  /** A page to be changed: a copy, since readers see the old one until the new one is written. */
  #draft(drafts: Map<string, Page>, name: string): Page | Promise<Page> {
    const begun = drafts.get(name);
    if (begun !== undefined) return begun;
    return this.#pages.read(name).then((page) => {
      const copy = { ...page };
      drafts.set(name, copy);
      return copy;
    });
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

function nothingArriving(): Arriving {
  return { ways: new Map(), changes: new Map(), sorted: null };
}

function pageOfKey(key: string): string {
  return key === HEARD_THROUGH ? HEARD : KNOWN;
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
