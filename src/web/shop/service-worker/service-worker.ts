// Keeps the shop's page and its scripts on the device, from the first time that it was opened: an order and its
// tickets then open without any network. Answers of the server are never kept here: the page keeps its own orders.

type Extended = Event & { waitUntil(work: Promise<unknown>): void };
type Fetched = Event & { readonly request: Request; respondWith(answer: Promise<Response>): void };
declare const PRECACHE: readonly { readonly url: string; readonly hash: string }[];
const CACHE = 'kaimen-shop';
const PAGE = '/shop/';
const SCRIPTS = '/shop/assets/';
/** A network that hangs is no network to whoever stands at a gate. */
const PAGE_WITHIN_MS = 4_000;

addEventListener('install', (event) => {
  (event as Extended).waitUntil(fill());
});

addEventListener('activate', (event) => {
  (event as Extended).waitUntil(dropOthers());
});

addEventListener('fetch', (event) => {
  const { request } = event as Fetched;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin || !pathname.startsWith(PAGE)) return;
  const answer = pathname.startsWith(SCRIPTS)
    ? keptFirst(request)
    : request.mode === 'navigate'
      ? networkFirst(request)
      : null;
  if (answer !== null) (event as Fetched).respondWith(answer);
});

/** All of this build: what the page has loaded comes out of the browser's own cache. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const { url } of PRECACHE) {
    if (url.startsWith(SCRIPTS) && (await cache.match(url)) !== undefined) continue;
    const fresh = await fetch(url);
    if (!fresh.ok) throw new Error(`${url}: ${fresh.status}`);
    await cache.put(url, fresh);
  }
}

/** Runs when no page of the build before is open any more. */
async function dropOthers(): Promise<void> {
  const cache = await caches.open(CACHE);
  const wanted = new Set(PRECACHE.map(({ url }) => url));
  for (const { url } of await cache.keys()) {
    if (!wanted.has(new URL(url).pathname)) await cache.delete(url);
  }
}

/** Named by a hash of what is in it: it never changes. */
async function keptFirst(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

/** Every address of the shop is the same page. */
async function networkFirst(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const fresh = await fetch(request, { signal: AbortSignal.timeout(PAGE_WITHIN_MS) });
    if (fresh.ok) await cache.put(PAGE, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await cache.match(PAGE);
    if (kept === undefined) throw error;
    return kept;
  }
}
