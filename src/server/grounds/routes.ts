// Grounds as a resource: layouts are imported, listed and read, and never changed.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  draftOfFile,
  groundList,
  layoutFile,
  layoutImportQuery,
  layoutReport,
} from '#protocol/grounds.ts';
import { id } from '#protocol/primitives.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { uploadedCsv } from '#server/platform/http/upload.ts';
import type { ServerContext } from '#server/server-context.ts';
import { draftOfCsv, importLayout } from './import-layout.ts';
import { listGrounds, loadLayout } from './layout-store.ts';

const groundParams = z.object({ id });
const FILE_BYTES_MAX = 64 * 1024 * 1024;
const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function addGroundRoutes(
  app: FastifyInstance,
  context: ServerContext,
  bulk: ServerContext,
): void {
  addImports(app, bulk);

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/grounds',
    rule: { allow: 'grounds.read' },
    summary: 'Grounds with their layouts, newest first',
    tag: 'grounds',
    answer: groundList,
    handle: async () => ({ grounds: await listGrounds(context.pool, null) }),
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/grounds/:id',
    rule: { allow: 'grounds.read' },
    summary: 'One ground with its layouts, newest first',
    tag: 'grounds',
    params: groundParams,
    handle: async ({ params }) => {
      const [ground] = await listGrounds(context.pool, params.id);
      if (ground === undefined) throw noSuchGround(params.id);
      return ground;
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/grounds/:id/layouts/:version',
    rule: { allow: 'grounds.read' },
    summary: 'One layout, seat by seat; it never changes',
    tag: 'grounds',
    params: z.object({ id, version: z.coerce.number().int().min(1).max(1_000_000) }),
    handle: async ({ params, reply }) => {
      const layout = await loadLayout(context.pool, params.id, params.version);
      if (layout === null) throw noSuchGround(params.id, params.version);
      void reply.header('cache-control', `private, max-age=${YEAR_SECONDS}, immutable`);
      return layout;
    },
  });
}

function addImports(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/grounds/:id/layouts',
    rule: { allow: 'grounds.import' },
    priority: 'bulk',
    summary: 'Import a layout as JSON: the next version of its ground, all of it or nothing',
    tag: 'grounds',
    params: groundParams,
    query: layoutImportQuery,
    body: layoutFile,
    answer: layoutReport,
    bodyBytesMax: FILE_BYTES_MAX,
    handle: async ({ params, query, body, principal }) =>
      await importLayout(context, principal, draftOfFile(params.id, body), query.check ?? false),
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/grounds/:id/layouts/import',
    rule: { allow: 'grounds.import' },
    priority: 'bulk',
    summary: 'Import a seat manifest as CSV: the next version of its ground, all of it or nothing',
    tag: 'grounds',
    params: groundParams,
    query: layoutImportQuery,
    streamed: 'text/csv',
    answer: layoutReport,
    bodyBytesMax: FILE_BYTES_MAX,
    handle: async ({ params, query, principal, request }) => {
      const draft = await draftOfCsv(params.id, uploadedCsv(request, FILE_BYTES_MAX));
      return await importLayout(context, principal, draft, query.check ?? false);
    },
  });
}

function noSuchGround(ground: string, version?: number): HttpProblem {
  const which = version === undefined ? '' : ` with a layout ${version}`;
  return new HttpProblem('not-found', {
    detail: `there is no ground ${ground}${which}`,
    mend: 'import it with “kaimen ground import FILE --ground ID”, or see “kaimen ground list”',
  });
}
