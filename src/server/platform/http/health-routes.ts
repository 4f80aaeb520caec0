// Liveness, readiness, metrics and the API's own description: no token, no personal data.
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import { HttpProblem, sendProblem } from './problem.ts';
import { addRoute } from './route.ts';

const named = (store: string | null) => (store === null ? {} : { store });
const READY_WITHIN_MS = 1_000;

export function addHealthRoutes(
  app: FastifyInstance,
  deps: {
    readonly pool: Pool;
    readonly registry: Registry;
    readonly stopping: AbortSignal;
    readonly storeState: () => string;
    readonly role: string;
    /** Its name, and the events whose claims it decides. */
    readonly node: string;
    readonly decides: () => readonly string[];
    readonly canDecide: () => boolean;
    /** `strict`, or why writes are not on two machines; null where that was not asked for. */
    readonly replication: (() => string) | null;
    readonly isStaging: boolean;
    /** Names the hub whose tickets these are; null where this node cannot say. */
    readonly store: () => string | null;
  },
): void {
  addRoute(app, {
    method: 'GET',
    url: '/healthz',
    rule: { allow: 'public' },
    priority: 'health',
    summary: 'Whether the process runs, which node it is and which events it decides',
    tag: 'operation',
    handle: () => ({
      status: 'ok',
      role: deps.role,
      node: deps.node,
      ...named(deps.store()),
      decides: deps.decides(),
      ...(deps.replication === null ? {} : { replication: deps.replication() }),
      ...(deps.isStaging ? { staging: true } : {}),
    }),
  });

  addRoute(app, {
    method: 'GET',
    url: '/readyz',
    rule: { allow: 'public' },
    priority: 'health',
    summary: 'Whether it can decide scans: its database answers and its store is not behind',
    tag: 'operation',
    handle: async ({ reply }) => {
      if (deps.stopping.aborted) return sendProblem(reply, new HttpProblem('unavailable'));
      if (!deps.canDecide()) {
        const detail = 'the node that decides an open event cannot be reached from here';
        return sendProblem(reply, new HttpProblem('unavailable', { detail, retryAfterSeconds: 1 }));
      }
      const store = deps.storeState();
      if (store !== 'serving') return sendProblem(reply, new HttpProblem('store-behind'));
      await Promise.race([
        deps.pool.query('SELECT 1'),
        new Promise((_, reject) => {
          setTimeout(
            () => reject(new HttpProblem('unavailable', { retryAfterSeconds: 1 })),
            READY_WITHIN_MS,
          ).unref();
        }),
      ]);
      return { status: 'ready', store };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/metrics',
    rule: { allow: 'public' },
    priority: 'health',
    summary: 'Prometheus metrics',
    tag: 'operation',
    answerType: 'text/plain',
    handle: async ({ reply }) =>
      reply.type(deps.registry.contentType).send(await deps.registry.metrics()),
  });

  let document: string | null = null;
  addRoute(app, {
    method: 'GET',
    url: '/openapi.json',
    rule: { allow: 'public' },
    summary: 'This API as OpenAPI 3.1',
    tag: 'operation',
    handle: ({ reply }) => {
      // It never changes, is long, and anybody may ask for it.
      document ??= JSON.stringify(app.swagger());
      return reply.type('application/json; charset=utf-8').send(document);
    },
  });
}
