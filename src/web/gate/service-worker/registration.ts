// The page's side of the service worker. A new version waits until somebody at rest takes it, or until the
// app is started anew; it never replaces a page that is at work.
import { Watched } from '../observable.ts';

const ASK_EVERY_MS = 60 * 60_000;
/** The release that the server has named for this phone’s gate, kept for the next start. */
const ORDERED = 'kaimen.release';
const LOOK_EVERY_MS = 250;

export const updateWaits = new Watched(false);
let waiting: ServiceWorker | null = null;

export function registerServiceWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker
    .register(scriptOf(localStorage.getItem(ORDERED)), REGISTERED_AS)
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

const REGISTERED_AS = { scope: '/gate/', updateViaCache: 'none' } as const;

/** Without an order it is whatever build the server holds. */
function scriptOf(release: string | null): string {
  const script = '/gate/service-worker.js';
  return release === null ? script : `${script}?release=${encodeURIComponent(release)}`;
}

/**
 * Runs the build that the server has named, as soon as nobody is being let in. One that the server does not hold
 * changes nothing.
 */
export async function takeRelease(release: string | null, isAtRest: () => boolean): Promise<void> {
  if (!('serviceWorker' in navigator) || release === localStorage.getItem(ORDERED)) return;
  const registration = await navigator.serviceWorker.register(scriptOf(release), REGISTERED_AS);
  if (release === null) localStorage.removeItem(ORDERED);
  else localStorage.setItem(ORDERED, release);
  if (release === null || release === RELEASE) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  const timer = setInterval(() => {
    if (registration.waiting === null || !isAtRest()) return;
    clearInterval(timer);
    registration.waiting.postMessage('take-over');
  }, LOOK_EVERY_MS);
}

export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  waiting?.postMessage('take-over');
}
