export type Precached = { readonly url: string; readonly hash: string };

const PREFIX = 'gate-';

/** One cache a build: its name is made of what is in it. */
function cacheName(files: readonly Precached[]): string {
  let sum = 0x811c9dc5;
  for (const { url, hash } of files) {
    for (const character of url + hash) {
      sum = Math.imul(sum ^ character.charCodeAt(0), 0x01000193) >>> 0;
    }
  }
  return PREFIX + sum.toString(36);
}

/** All or nothing: a half-filled cache would start an app that lacks its decoder. */
export async function fillCache(files: readonly Precached[], release: string): Promise<void> {
  const answers = await Promise.all(files.map(({ url }) => fetched(url, release)));
  const cache = await caches.open(cacheName(files));
  await Promise.all(answers.map(([url, answer]) => cache.put(url, answer)));
}

/** Of this very build, also where the server’s present one is another. */
async function fetched(url: string, release: string): Promise<[string, Response]> {
  const isNamedByHash = url.includes('/assets/');
  const from = isNamedByHash ? url : `${url}?release=${encodeURIComponent(release)}`;
  const answer = await fetch(from, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${from}: ${answer.status}`);
  return [url, answer];
}

export async function dropOthers(files: readonly Precached[]): Promise<void> {
  const own = cacheName(files);
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith(PREFIX) && name !== own);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** @returns null for what is not ours to answer: the API goes to the network, or fails honestly */
export function cachedAnswer(
  files: readonly Precached[],
  request: Request,
): Promise<Response> | null {
  if (request.method !== 'GET') return null;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || !pathname.startsWith('/gate/')) return null;
  const address = request.mode === 'navigate' ? '/gate/' : pathname;
  if (!files.some(({ url }) => url === address)) return null;
  return answer(cacheName(files), address, request);
}

async function answer(name: string, address: string, request: Request): Promise<Response> {
  const cache = await caches.open(name);
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(request);
}
