// Keeps the shop's page and its scripts on the device once they were opened, so that an order and its tickets open
// without any network. Answers of the server are never kept here: the page keeps its own orders.

type Fetched = Event & { readonly request: Request; respondWith(answer: Promise<Response>): void };
const CACHE = 'kaimen-shop';
const PAGE = '/shop/';
const SCRIPTS = '/shop/assets/';

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
    const fresh = await fetch(request);
    if (fresh.ok) await cache.put(PAGE, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await cache.match(PAGE);
    if (kept === undefined) throw error;
    return kept;
  }
}
