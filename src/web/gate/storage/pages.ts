// Sealed pages of small things: a phone seals and writes a hundred pages faster than 80,000 rows. On the disk
// they are sealed; in memory they are texts, so that a look-up waits for no disk and no cipher. A page is
// read whole and written whole.
import { answered, completed } from '#web/offline/idb.ts';
import { type Sealed, seal, unseal } from '#web/offline/seal.ts';

/** Pages taken apart at a time; the others are texts, which take a quarter of the room. */
const OPEN_MAX = 48;
/** Pages brought into memory at a time: whoever writes meanwhile waits for no more than these. */
const RECALLED_AT_ONCE = 24;

export type Page = Record<string, unknown>;

export class Pages {
  readonly #database: IDBDatabase;
  readonly #key: CryptoKey;
  /** As on the disk, but open. */
  readonly #texts = new Map<string, string>();
  readonly #open = new Map<string, Page>();
  /** Whatever is not in memory is not on the disk either. */
  #isRecalled = false;
  /** How often something was written. */
  #written = 0;

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
    const text = this.#texts.get(name);
    if (text !== undefined) return this.#keep(name, JSON.parse(text) as Page);
    if (this.#isRecalled) return {};
    const written = this.#written;
    const store = this.#database.transaction('pages').objectStore('pages');
    const sealed = await answered<Sealed | undefined>(store.get(name));
    const found = sealed === undefined ? '{}' : await unseal(this.#key, name, sealed);
    // Written since, here or elsewhere: what was read may be what no longer is.
    if (written !== this.#written) return await this.read(name);
    return this.#keep(name, JSON.parse(found) as Page);
  }

  /** Writes all of it or nothing. @param remove - ranges of names that go in the same moment */
  async write(
    changed: ReadonlyMap<string, Page>,
    remove: readonly (readonly [from: string, to: string])[] = [],
  ): Promise<void> {
    const texts = [...changed].map(([name, page]) => [name, JSON.stringify(page)] as const);
    const sealed = await Promise.all(
      texts.map(async ([name, text]) => [name, await seal(this.#key, name, text)] as const),
    );
    const writing = this.#database.transaction('pages', 'readwrite');
    const done = completed(writing);
    const store = writing.objectStore('pages');
    for (const [from, to] of remove) store.delete(IDBKeyRange.bound(from, to));
    for (const [name, bytes] of sealed) store.put(bytes, name);
    await done;
    this.#written += 1;
    for (const range of remove) this.#forget(range);
    for (const [name, text] of texts) {
      this.#open.delete(name);
      this.#texts.set(name, text);
    }
  }

  /** Names from `from` to `to`, in order. */
  async names(from: string, to: string): Promise<string[]> {
    const store = this.#database.transaction('pages').objectStore('pages');
    return (await answered(store.getAllKeys(IDBKeyRange.bound(from, to)))).map(String);
  }

  /**
   * Brings what an earlier run has kept into memory, a few pages at a time.
   *
   * @param inTurn - runs its work while nobody writes
   */
  async recall(inTurn: (work: () => Promise<void>) => Promise<void>): Promise<void> {
    const names = await this.names('', '~');
    for (let at = 0; at < names.length; at += RECALLED_AT_ONCE) {
      await inTurn(() => this.#recallSome(names.slice(at, at + RECALLED_AT_ONCE)));
    }
    this.#isRecalled = true;
  }

  async #recallSome(names: readonly string[]): Promise<void> {
    const store = this.#database.transaction('pages').objectStore('pages');
    const wanted = names.filter((name) => !this.#texts.has(name));
    const found = await Promise.all(
      wanted.map((name) => answered<Sealed | undefined>(store.get(name))),
    );
    await Promise.all(
      found.map(async (sealed, index) => {
        const name = wanted[index] ?? '';
        if (sealed !== undefined) this.#texts.set(name, await unseal(this.#key, name, sealed));
      }),
    );
  }

  #forget([from, to]: readonly [from: string, to: string]): void {
    for (const kept of [this.#texts, this.#open]) {
      for (const name of kept.keys()) if (name >= from && name <= to) kept.delete(name);
    }
  }

  #keep(name: string, page: Page): Page {
    this.#open.delete(name);
    this.#open.set(name, page);
    if (this.#open.size > OPEN_MAX) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#open.delete(oldest);
    }
    return page;
  }
}
