/** From now on the console opens without the hub as well: there are tickets here that have to be sold then. */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/console/service-worker.js', {
    scope: '/console/',
    updateViaCache: 'none',
  });
}
