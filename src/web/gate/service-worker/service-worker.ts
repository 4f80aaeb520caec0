// Keeps the whole app on the phone, so that it starts without any network. A new version is fetched
// beside the old one and takes over only when the app says that nobody is being let in.

import { cachedAnswer, dropOthers, fillCache, type Precached } from './precache.ts';
import type { ServiceWorkerScope } from './worker-scope.ts';

declare const PRECACHE: readonly Precached[];
const scope = self as unknown as ServiceWorkerScope;

scope.addEventListener('install', (event) => {
  event.waitUntil(fillCache(PRECACHE, RELEASE));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers(PRECACHE).then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', (event) => {
  const answer = cachedAnswer(PRECACHE, event.request);
  if (answer !== null) event.respondWith(answer);
});

scope.addEventListener('message', (event) => {
  if (event.data === 'take-over') scope.skipWaiting().catch(() => {});
});
