// Connections of a server that closes.
import type { FastifyInstance } from 'fastify';

const LET_GO_EVERY_MS = 50;

/**
 * A connection whose last answer leaves while the server closes is kept alive for another request, and the server
 * would wait for it: 75 seconds long.
 */
export function letGoWhenClosing(app: FastifyInstance): void {
  app.addHook('preClose', (done) => {
    const closing = setInterval(() => app.server.closeIdleConnections(), LET_GO_EVERY_MS).unref();
    app.server.once('close', () => clearInterval(closing));
    done();
  });
}
