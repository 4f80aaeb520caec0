// Keeps an app's page and its scripts on the device, from the first time that it was opened: it then opens without any
// network. Answers of the server are never kept here: what pages need of them they keep themselves.

type Extended = Event & { waitUntil(work: Promise<unknown>): void };
type Fetched = Event & { readonly request: Request; respondWith(answer: Promise<Response>): void };

/** What belongs to this build, by address. */
export type Precache = readonly { readonly url: string; readonly hash: string }[];

/** A network that hangs is no network to whoever stands at a gate, or at a window. */
const PAGE_WITHIN_MS = 4_000;

/** Called by the app's service worker, once. @param page - where the app is: every address in it is the same page */
export function keepApp(name: string, page: string, precache: Precache): void {
  const kept = new KeptApp(name, page, precache);
  addEventListener('install', (event) => (event as Extended).waitUntil(kept.fill()));
  addEventListener('activate', (event) => (event as Extended).waitUntil(kept.dropOthers()));
  addEventListener('fetch', (event) => {
    const answer = kept.answer((event as Fetched).request);
    if (answer !== null) (event as Fetched).respondWith(answer);
  });
}

class KeptApp {
  readonly #name: string;
  readonly #page: string;
  readonly #scripts: string;
  readonly #precache: Precache;

  constructor(name: string, page: string, precache: Precache) {
    this.#name = name;
    this.#page = page;
    this.#scripts = `${page}assets/`;
    this.#precache = precache;
  }

  /** @returns null: not ours to answer */
  answer(request: Request): Promise<Response> | null {
    const { pathname, origin } = new URL(request.url);
    if (request.method !== 'GET' || origin !== location.origin) return null;
    if (pathname.startsWith(this.#scripts)) return this.#keptFirst(request);
    const isPage = pathname.startsWith(this.#page) && request.mode === 'navigate';
    return isPage ? this.#networkFirst(request) : null;
  }

  /** All of this build: what the page has loaded comes out of the browser's own cache. */
  async fill(): Promise<void> {
    const cache = await caches.open(this.#name);
    for (const { url } of this.#precache) {
      if (url.startsWith(this.#scripts) && (await cache.match(url)) !== undefined) continue;
      const fresh = await fetch(url);
      if (!fresh.ok) throw new Error(`${url}: ${fresh.status}`);
      await cache.put(url, fresh);
    }
  }

  /** Runs when no page of the build before is open any more. */
  async dropOthers(): Promise<void> {
    const cache = await caches.open(this.#name);
    const wanted = new Set(this.#precache.map(({ url }) => url));
    for (const { url } of await cache.keys()) {
      if (!wanted.has(new URL(url).pathname)) await cache.delete(url);
    }
  }

  /** Named by a hash of what is in it: it never changes. */
  async #keptFirst(request: Request): Promise<Response> {
    const cache = await caches.open(this.#name);
    const kept = await cache.match(request);
    if (kept !== undefined) return kept;
    const fresh = await fetch(request);
    if (fresh.ok) await cache.put(request, fresh.clone());
    return fresh;
  }

  async #networkFirst(request: Request): Promise<Response> {
    const cache = await caches.open(this.#name);
    try {
      const fresh = await fetch(request, { signal: AbortSignal.timeout(PAGE_WITHIN_MS) });
      if (fresh.ok) await cache.put(this.#page, fresh.clone());
      return fresh;
    } catch (error) {
      const kept = await cache.match(this.#page);
      if (kept === undefined) throw error;
      return kept;
    }
  }
}
