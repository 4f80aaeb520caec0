// What a service worker's global scope offers; the types of pages and of workers cannot be had at once.

type Extended = Event & { waitUntil(work: Promise<unknown>): void };
type Fetched = Extended & {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
};

export type ServiceWorkerScope = {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: 'install' | 'activate', listener: (event: Extended) => void): void;
  addEventListener(name: 'fetch', listener: (event: Fetched) => void): void;
  addEventListener(name: 'message', listener: (event: MessageEvent) => void): void;
};
