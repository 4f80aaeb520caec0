// The lane's journal in IndexedDB: `strict` durability, resolved after `complete`. Codes are sealed; what
// is indexed in the clear (scanId, serial, checkpoint, state) names nobody.
import type {
  JournalBatch,
  JournalLine,
  JournalStart,
  JournalStore,
  ScanRow,
} from '#lane/ports.ts';
import { answered, completed, openDatabase } from '#web/offline/idb.ts';
import { type Sealed, seal, unseal } from '#web/offline/seal.ts';

const STORES = ['lines', 'scans', 'meta', 'aside'] as const;

const DRAWN_WITHIN_MS = 150;

type KeptLine = { readonly seq: number; readonly sealed: Sealed };
type KeptScan = {
  readonly scanId: string;
  readonly sealed: Sealed;
  /** Only while unsettled, so that the index holds a handful: in the order of writing. */
  readonly openedAt?: number;
  /** Only when let in alone: the number of its outcome. */
  readonly aloneSeq?: number;
  readonly crossedAt?: readonly [serial: number, checkpoint: string];
};

/** Two pages of one browser may not be the same lane at once. */
export class OpenElsewhere extends Error {}

/** @param name - of the database, one for each enrolment */
export class IndexedDbJournal implements JournalStore {
  readonly name: string;
  readonly #key: CryptoKey;
  #database: IDBDatabase | null = null;
  #unlock: () => void = () => {};
  #opened = 0;
  /** Where this lane has let somebody through: for all others the disk need not be asked. */
  readonly #crossed = new Set<string>();

  constructor(name: string, key: CryptoKey) {
    this.name = name;
    this.#key = key;
  }

  async load(): Promise<JournalStart> {
    await this.#lock();
    this.#database = await openDatabase(this.name, 1, (database) => {
      database.createObjectStore('lines', { keyPath: 'seq' });
      const scans = database.createObjectStore('scans', { keyPath: 'scanId' });
      scans.createIndex('unsettled', 'openedAt');
      scans.createIndex('alone', 'aloneSeq');
      scans.createIndex('crossed', 'crossedAt');
      database.createObjectStore('meta');
      database.createObjectStore('aside');
    });
    const reading = this.#database.transaction(STORES, 'readonly');
    const metaStore = reading.objectStore('meta');
    const scanStore = reading.objectStore('scans');
    const [last, keys, values, unsettled, alone, crossed, aside] = await Promise.all([
      answered(reading.objectStore('lines').openKeyCursor(null, 'prev')),
      answered(metaStore.getAllKeys()),
      answered<Sealed[]>(metaStore.getAll()),
      answered<KeptScan[]>(scanStore.index('unsettled').getAll()),
      answered<KeptScan[]>(scanStore.index('alone').getAll()),
      answered<KeptScan[]>(scanStore.index('crossed').getAll()),
      answered(reading.objectStore('aside').getAllKeys()),
    ]);
    const meta = new Map(
      await Promise.all(
        keys.map(async (key, index): Promise<[string, string]> => {
          const place = `meta/${String(key)}`;
          return [String(key), await unseal(this.#key, place, values[index] as Sealed)];
        }),
      ),
    );
    for (const { crossedAt } of crossed) this.#noteCrossed(crossedAt);
    const through = Number(meta.get('through') ?? 0);
    this.#opened = unsettled.at(-1)?.openedAt ?? 0;
    return {
      lastSeq: last === null ? 0 : Number(last.key),
      meta,
      unsettled: await this.#rows(unsettled),
      alone: await this.#rows(alone.filter(({ aloneSeq = 0 }) => aloneSeq > through)),
      setAside: aside.map(Number),
    };
  }

  async commit(batch: JournalBatch): Promise<void> {
    // Sealed before the transaction begins: it ends by itself when nothing is asked of it.
    const [lines, scans, meta] = await Promise.all([
      Promise.all(batch.lines.map((line) => this.#sealLine(line))),
      Promise.all(batch.scans.map((row) => this.#sealScan(row))),
      Promise.all(
        [...batch.meta].map(async ([key, value]): Promise<[string, Sealed]> => {
          return [key, await seal(this.#key, `meta/${key}`, value)];
        }),
      ),
    ]);
    const writing = this.#open().transaction(STORES, 'readwrite', { durability: 'strict' });
    const done = completed(writing);
    for (const line of lines) writing.objectStore('lines').add(line);
    for (const scan of scans) {
      writing.objectStore('scans').put(scan);
      this.#noteCrossed(scan.crossedAt);
    }
    for (const [key, sealed] of meta) writing.objectStore('meta').put(sealed, key);
    for (const { seq, why } of batch.setAside) writing.objectStore('aside').put(why, seq);
    writing.commit();
    await done;
  }

  async scan(scanId: string): Promise<ScanRow | null> {
    const scans = this.#open().transaction('scans').objectStore('scans');
    const kept = await answered<KeptScan | undefined>(scans.get(scanId));
    return kept === undefined ? null : await this.#row(kept);
  }

  async crossingsOf(serial: number, checkpoint: string): Promise<readonly ScanRow[]> {
    if (!this.#crossed.has(placeOf([serial, checkpoint]))) return [];
    const crossed = this.#open().transaction('scans').objectStore('scans').index('crossed');
    const kept = await answered<KeptScan[]>(crossed.getAll(IDBKeyRange.only([serial, checkpoint])));
    return await this.#rows(kept);
  }

  /** For sending, which is never in a hurry: the verdict that was just decided is drawn first. */
  async linesFrom(seq: number, countMax: number): Promise<readonly JournalLine[]> {
    await new Promise((resolve) => setTimeout(resolve, DRAWN_WITHIN_MS));
    const lines = this.#open().transaction('lines').objectStore('lines');
    const kept = await answered<KeptLine[]>(lines.getAll(IDBKeyRange.lowerBound(seq), countMax));
    return await Promise.all(
      kept.map(async (line) => {
        const text = await unseal(this.#key, `line/${line.seq}`, line.sealed);
        return { seq: line.seq, kind: (JSON.parse(text) as { kind: string }).kind, text };
      }),
    );
  }

  close(): void {
    this.#database?.close();
    this.#database = null;
    this.#unlock();
  }

  #noteCrossed(at: KeptScan['crossedAt']): void {
    if (at !== undefined) this.#crossed.add(placeOf(at));
  }

  #open(): IDBDatabase {
    if (this.#database === null) throw new Error('the journal is closed');
    return this.#database;
  }

  /** Two pages with one journal would write over one another. */
  #lock(): Promise<void> {
    return new Promise((resolve, reject) => {
      navigator.locks
        .request(this.name, { ifAvailable: true }, (lock) => {
          if (lock === null) {
            reject(new OpenElsewhere('this lane is open in another window'));
            return undefined;
          }
          resolve();
          return new Promise<void>((unlock) => {
            this.#unlock = unlock;
          });
        })
        .catch(reject);
    });
  }

  async #sealLine({ seq, text }: JournalLine): Promise<KeptLine> {
    return { seq, sealed: await seal(this.#key, `line/${seq}`, text) };
  }

  async #sealScan(row: ScanRow): Promise<KeptScan> {
    const { scanId, state, crossed, verdict, outcomeSeq } = row;
    this.#opened += 1;
    const isAlone = verdict === 'provisional' && outcomeSeq !== null;
    return {
      scanId,
      sealed: await seal(this.#key, `scan/${scanId}`, JSON.stringify(row)),
      ...(state === 'settled' ? {} : { openedAt: this.#opened }),
      ...(isAlone ? { aloneSeq: outcomeSeq } : {}),
      ...(crossed === null ? {} : { crossedAt: [crossed.serial, crossed.checkpoint] as const }),
    };
  }

  #rows(kept: readonly KeptScan[]): Promise<ScanRow[]> {
    return Promise.all(kept.map((each) => this.#row(each)));
  }

  async #row({ scanId, sealed }: KeptScan): Promise<ScanRow> {
    return JSON.parse(await unseal(this.#key, `scan/${scanId}`, sealed)) as ScanRow;
  }
}

function placeOf([serial, checkpoint]: readonly [serial: number, checkpoint: string]): string {
  return `${serial}/${checkpoint}`;
}
