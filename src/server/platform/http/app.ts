// The HTTP server: limits, headers, authentication before any look at the body, and one error format.
import swagger from '@fastify/swagger';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { PROOF_SCHEME } from '#protocol/proof.ts';
import type { Log } from '../log.ts';
import { type Device, isAllowed, type Principal, type Rule } from '../principal.ts';
import { proofOf, refuseSpoiltBodies } from './body-proof.ts';
import {
  cookieOf,
  isSafe,
  isSessionSecret,
  refuseForeignOrigin,
  SESSION_COOKIE,
} from './browser.ts';
import { letGoWhenClosing } from './closing.ts';
import { HttpProblem, sendProblem } from './problem.ts';
import { refuseRouteWithoutRule } from './route.ts';

/** @param isAttended - somebody is at the browser: its session is used, and goes on */
export type Authenticate = (token: string, isAttended: boolean) => Promise<Principal | null>;

/** Whoever proves a request by a key instead. @throws HttpProblem `proof-refused`, `proof-time` */
export type Prove = (request: FastifyRequest, proof: string) => Promise<Principal | null>;

export const BODY_BYTES_MAX = 256 * 1024;
/** A ticket file may take its time; every other body has {@link BODY_WITHIN_MS}. */
const REQUEST_TIMEOUT_MS = 15 * 60_000;
const BODY_WITHIN_MS = 20_000;
const SWEEP_MS = 5_000;
const HEADERS_MAX_MS = 10_000;
/** How often connections are held against the times above. */
const LOOK_FOR_SLOW_MS = 1_000;

export async function buildApp(deps: {
  readonly authenticate: Authenticate;
  readonly prove: Prove;
  readonly log: Log;
  readonly version: string;
  /** A fault of the world, translated for the caller; null: nobody knows it, a bug. */
  readonly translate: (error: unknown) => HttpProblem | null;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  /** Whose word is taken for the address of who asks. */
  readonly proxies?: readonly string[];
  /** Turns away what there is no room for, before anything else is done about it. */
  readonly shedding: { install(app: FastifyInstance): void };
}): Promise<FastifyInstance> {
  const app = Fastify({
    ...(deps.tls === null
      ? { http: { connectionsCheckingInterval: LOOK_FOR_SLOW_MS } }
      : {
          https: {
            ...deps.tls,
            minVersion: 'TLSv1.2',
            connectionsCheckingInterval: LOOK_FOR_SLOW_MS,
          },
        }),
    logger: false,
    trustProxy: deps.proxies === undefined || deps.proxies.length === 0 ? false : [...deps.proxies],
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 75_000,
    // Object keys that reach into prototypes are refused rather than dropped.
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200, caseSensitive: true },
    return503OnClosing: true,
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (_error, request, reply) => {
      refuseBadAddress(request, reply, deps).catch(() => reply.raw.destroy());
    },
  }) as unknown as FastifyInstance;
  app.server.headersTimeout = HEADERS_MAX_MS;
  app.decorateRequest('principal', null);
  app.decorateRequest('token', null);
  // Taken for granted by the framework; no address of ours takes plain text.
  app.removeContentTypeParser('text/plain');

  // Reached by /openapi.json, which has a rule of its own.
  await app.register(swagger, descriptionOf(deps.version));

  refuseRouteWithoutRule(app);
  letGoWhenClosing(app);
  deps.shedding.install(app);
  endSlowBodies(app);
  refuseSpoiltBodies(app);

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(SAFE_HEADERS);
    const rule = request.routeOptions.config.rule;
    // Unknown addresses have no rule: whoever shows no token learns nothing of which exist.
    if (rule?.allow === 'public') return;
    const principal = await authenticated(request, deps);
    if (principal.kind === 'device') refuseEnded(principal, rule);
    if (rule === undefined) throw notFound(request.method, request.url);
    if (!isAllowed(principal, rule)) throw forbidden(principal, rule);
    request.principal = principal;
  });

  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, notFound(request.method, request.url)),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemFor(error) ?? deps.translate(error);
    if (problem !== null) return sendProblem(reply, problem);
    deps.log.error({ err: error, method: request.method, url: request.routeOptions.url }, 'bug');
    return sendProblem(reply, new HttpProblem('internal'));
  });
  return app;
}

function descriptionOf(version: string) {
  return {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Kaimen', version },
      components: {
        securitySchemes: {
          bearer: { type: 'http' as const, scheme: 'bearer' },
          proof: { type: 'http' as const, scheme: PROOF_SCHEME },
          session: {
            type: 'apiKey' as const,
            in: 'cookie' as const,
            name: SESSION_COOKIE,
            description:
              'A browser that has signed in (POST /api/v1/session). Writes name their Origin, which must be this host.',
          },
        },
      },
    },
  };
}

/** An address that cannot be decoded, or a part of it that is too long: no hook has seen the request yet. */
async function refuseBadAddress(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: Pick<Parameters<typeof buildApp>[0], 'authenticate' | 'prove' | 'translate'>,
): Promise<void> {
  void reply.headers(SAFE_HEADERS);
  try {
    await authenticated(request, deps);
    sendProblem(reply, notFound(request.method, request.url));
  } catch (error) {
    const problem = error instanceof HttpProblem ? error : deps.translate(error);
    sendProblem(reply, problem ?? new HttpProblem('internal'));
  }
}

/** A body that trickles in holds a connection and nothing else: it is cut off after a while. */
function endSlowBodies(app: FastifyInstance): void {
  const reading = new Map<FastifyRequest, number>();
  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (request.routeOptions.config.isStreamed !== true) reading.set(request, Date.now());
    done(null, payload);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    reading.delete(request);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    reading.delete(request);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    reading.delete(request);
    done();
  });
  const sweep = setInterval(() => {
    for (const [request, since] of reading) {
      if (Date.now() - since > BODY_WITHIN_MS) request.raw.destroy();
    }
  }, SWEEP_MS).unref();
  app.addHook('onClose', (_app, done) => {
    clearInterval(sweep);
    done();
  });
}

export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** By the header of a program, a lane or a tool; in a browser, by the cookie of its session. */
async function authenticated(
  request: FastifyRequest,
  { authenticate, prove }: { readonly authenticate: Authenticate; readonly prove: Prove },
): Promise<Principal> {
  const proof = proofOf(request);
  if (proof !== null) {
    const device = await prove(request, proof);
    if (device !== null) return device;
  }
  const token = tokenOf(request);
  const isAttended = request.headers['kaimen-unattended'] === undefined;
  const principal =
    token === null || token.length > 200 ? null : await authenticate(token, isAttended);
  if (principal !== null) {
    request.token = token;
    return principal;
  }
  throw new HttpProblem('unauthenticated', {
    mend: 'send “Authorization: Bearer TOKEN” with a token that is enrolled and not revoked',
  });
}

function tokenOf(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  // What a browser keeps for itself is not taken from elsewhere: nobody has a reason to know it.
  if (authorization !== undefined) {
    const token = authorization.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : '';
    return token === '' || isSessionSecret(token) ? null : token;
  }
  const secret = cookieOf(request, SESSION_COOKIE);
  if (secret === null || !isSessionSecret(secret)) return null;
  if (!isSafe(request.method)) refuseForeignOrigin(request);
  return secret;
}

/** Whoever was revoked is told so by every address, so that it wipes itself whatever it asks first. */
function refuseEnded({ ended }: Device, rule: Rule | undefined): void {
  const isOpen = rule?.allow === 'device' && rule.afterwards === true;
  if (ended === null || isOpen) return;
  throw new HttpProblem('device-revoked', {
    detail: `the enrolment of this device has ended: ${ended}`,
    mend: 'send the journal to POST /api/v1/journal, which stays open, then wipe and enrol anew',
    more: { why: ended, wipe: true },
  });
}

function forbidden(principal: Principal, rule: Rule): HttpProblem {
  const isForDevices = rule.allow === 'device';
  if (principal.kind === 'device' && isForDevices) {
    return new HttpProblem('forbidden', {
      detail: `a device of role “${principal.role}” may not do that`,
      mend: 'ask a supervisor for an offer of a role that may',
    });
  }
  return new HttpProblem('forbidden', {
    detail: `this needs ${isForDevices ? 'the token of an enrolled device' : `“${rule.allow}”`}`,
    mend: 'ask an administrator for a token of a role that may',
  });
}

function notFound(method: string, url: string): HttpProblem {
  const path = url.split('?', 1)[0]?.slice(0, 100) ?? '';
  return new HttpProblem('not-found', {
    detail: `there is no ${method} ${path}`,
    mend: 'see /openapi.json for what there is',
  });
}

/** What the HTTP layer itself refuses. */
function problemFor(error: FastifyError): HttpProblem | null {
  if (error instanceof HttpProblem) return error;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HttpProblem('request-too-large', {
        detail: 'the body is larger than this address takes',
        mend: 'send it in smaller parts',
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new HttpProblem('unsupported-media-type', {
        mend: 'set Content-Type to the one that /openapi.json names, usually application/json',
      });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return badBody('the body is empty');
    default:
      if (error.statusCode === undefined || error.statusCode >= 500) return null;
      return badBody(
        error instanceof SyntaxError ? `the body is not JSON: ${error.message}` : error.message,
      );
  }
}

function badBody(detail: string): HttpProblem {
  return new HttpProblem('malformed-request', {
    detail,
    mend: 'send one JSON document of the form that /openapi.json describes',
    errors: [{ field: 'body', message: detail }],
  });
}

/** Bytes that are not HTTP at all: answered in one line, connection closed, nothing logged. */
function refuseBrokenRequest(_error: Error, socket: import('node:net').Socket): void {
  if (socket.destroyed || !socket.writable) return;
  socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
}
