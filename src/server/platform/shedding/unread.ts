// Connections that were turned away and ask again at once: thousands of them would come in one turn of the program's
// thread, and a scan behind all of them. For a moment what they send is left where it is, in the network.
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Of what `Retry-After` says, a quarter to three: whoever keeps to it is read at once. */
const UNREAD_SHARE = 0.5;
/** In a page that has asked for several things at once the next one is kept waiting no longer. */
const UNREAD_MS_MAX = 2_500;

const laneSockets = new WeakSet<Socket>();

/** Notes that a lane asks over this connection: it is read whatever else comes over it. */
export function carriesLane({ raw }: FastifyRequest): void {
  laneSockets.add(raw.socket);
}

/** Call once the refusal has been handed over, with what it said. A proxy's connection, which others share, is read on. */
export function leaveUnread({ raw, ip }: FastifyRequest, retryAfterSeconds: number): void {
  const { socket, headers } = raw;
  const isShared = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  if (isShared || ip !== socket.remoteAddress || laneSockets.has(socket)) return;
  const usual = Math.min(retryAfterSeconds * 1_000 * UNREAD_SHARE, UNREAD_MS_MAX);
  const ms = usual * (0.5 + Math.random());
  // Node reads on by itself until an answer has gone, a turn or two of the thread from now.
  setImmediate(() => {
    if (socket.destroyed) return;
    socket.pause();
    setTimeout(() => socket.resume(), ms).unref();
  });
}
