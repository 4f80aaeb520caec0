// The page's side of the service worker. A new version waits until somebody at rest takes it, or until the
// app is started anew; it never replaces a page that is at work.
import { Watched } from '../observable.ts';

const ASK_EVERY_MS = 60 * 60_000;

export const updateWaits = new Watched(false);
let waiting: ServiceWorker | null = null;

export function registerServiceWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker
    .register('/gate/service-worker.js', { scope: '/gate/', updateViaCache: 'none' })
    .then((registration) => {
      const look = () => {
        const isUpdate = navigator.serviceWorker.controller !== null;
        if (registration.waiting === null || !isUpdate) return;
        waiting = registration.waiting;
        updateWaits.set(true);
      };
      look();
      registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', look);
      });
      // Browsers look by themselves when a page is loaded, some of them late; a lane is open for days.
      const ask = () => void registration.update().catch(() => {});
      ask();
      setInterval(ask, ASK_EVERY_MS);
    })
    .catch((error: unknown) => console.info(`the app is not kept for offline: ${String(error)}`));
}

export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  waiting?.postMessage('take-over');
}
