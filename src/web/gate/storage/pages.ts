// Sealed pages of small things: a phone seals and writes a hundred pages faster than 80,000 rows. A page
// is read whole, kept open for a while, and written whole.
import { answered, completed } from './idb.ts';
import { type Sealed, seal, unseal } from './seal.ts';

/** Pages kept open in memory; 80,000 tickets are some 450. */
const OPEN_MAX = 160;

export type Page = Record<string, unknown>;

export class Pages {
  readonly #database: IDBDatabase;
  readonly #key: CryptoKey;
  readonly #open = new Map<string, Page>();

  constructor(database: IDBDatabase, key: CryptoKey) {
    this.#database = database;
    this.#key = key;
  }

  async read(name: string): Promise<Page> {
    const open = this.#open.get(name);
    if (open !== undefined) {
      this.#keep(name, open);
      return open;
    }
    const store = this.#database.transaction('pages').objectStore('pages');
    const sealed = await answered<Sealed | undefined>(store.get(name));
    const page: Page =
      sealed === undefined ? {} : (JSON.parse(await unseal(this.#key, name, sealed)) as Page);
    // Another reader may have been quicker, and a writer since: theirs holds.
    const meanwhile = this.#open.get(name);
    if (meanwhile !== undefined) return meanwhile;
    this.#keep(name, page);
    return page;
  }

  /** Writes all of it or nothing. @param remove - ranges of names that go in the same moment */
  async write(
    changed: ReadonlyMap<string, Page>,
    remove: readonly (readonly [from: string, to: string])[] = [],
  ): Promise<void> {
    const sealed = await Promise.all(
      [...changed].map(
        async ([name, page]) => [name, await seal(this.#key, name, JSON.stringify(page))] as const,
      ),
    );
    const writing = this.#database.transaction('pages', 'readwrite');
    const done = completed(writing);
    const store = writing.objectStore('pages');
    for (const [from, to] of remove) store.delete(IDBKeyRange.bound(from, to));
    for (const [name, bytes] of sealed) store.put(bytes, name);
    await done;
    for (const [from, to] of remove) {
      for (const name of this.#open.keys()) if (name >= from && name <= to) this.#open.delete(name);
    }
    for (const [name, page] of changed) this.#keep(name, page);
  }

  /** Names from `from` to `to`, in order. */
  async names(from: string, to: string): Promise<string[]> {
    const store = this.#database.transaction('pages').objectStore('pages');
    return (await answered(store.getAllKeys(IDBKeyRange.bound(from, to)))).map(String);
  }

  #keep(name: string, page: Page): void {
    this.#open.delete(name);
    this.#open.set(name, page);
    if (this.#open.size > OPEN_MAX) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#open.delete(oldest);
    }
  }
}
