// The app came from one server and asks the others of its ground: by headers that a page must name, never by
// cookies. What needs no device is not opened to other origins (Fetch standard, CORS).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem, sendProblem } from '#server/platform/http/problem.ts';

const METHODS = 'GET, POST, DELETE';
const HEADERS = 'authorization, content-type, kaimen-seen, accept, last-event-id';
const KEPT_S = '600';
/** Asked before it is known who asks. */
const OPEN = ['/healthz', '/readyz', '/api/v1/enrolment'];

export function answerOtherOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { rule } = request.routeOptions.config;
    const isForDevices =
      rule !== undefined && (rule.allow === 'device' || ('orDevice' in rule && rule.orDevice));
    const isOpen = OPEN.includes(request.routeOptions.url ?? '');
    if (request.headers.origin !== undefined && (isForDevices || isOpen)) {
      void reply.header('access-control-allow-origin', '*');
    }
    done();
  });
  for (const url of ['/api/v1/*', '/healthz', '/readyz']) {
    app.route({
      method: 'OPTIONS',
      url,
      config: { rule: { allow: 'public' }, priority: 'health' },
      schema: { hide: true },
      // Before any look at a body: a bad one would end the line, and strangers are answered at once.
      onRequest: (request, reply) => {
        void answerPreflight(request, reply);
      },
      handler: (_request, reply) => reply,
    });
  }
}

function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Not a browser's question: an address without this method, like any other.
  if (request.headers['access-control-request-method'] === undefined) {
    const isNamed = request.headers.authorization !== undefined;
    return sendProblem(reply, new HttpProblem(isNamed ? 'not-found' : 'unauthenticated'));
  }
  return reply
    .code(204)
    .header('access-control-allow-origin', '*')
    .header('access-control-allow-methods', METHODS)
    .header('access-control-allow-headers', HEADERS)
    .header('access-control-max-age', KEPT_S)
    .send();
}
