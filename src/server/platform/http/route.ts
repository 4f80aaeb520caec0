// A route is data: address, who may call it, what it takes and gives. From this come validation,
// authorization and the OpenAPI document; a route without a rule cannot be written.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { KEY_HEADER, KEY_PARAMETER, readKeyHeader } from '../idempotency/key-header.ts';
import type { KeyedRequests } from '../idempotency/keyed-requests.ts';
import type { Principal, Rule } from '../principal.ts';
import { leavePlace } from '../shedding/places.ts';
import { type Priority, priorityOf } from './priority.ts';
import { malformed } from './problem.ts';
import { drainedHash } from './upload.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Set where there is a database to keep them in. */
    keyedRequests?: KeyedRequests;
  }
  interface FastifyContextConfig {
    rule?: Rule;
    /** Ordinary, where a route that was not added here says nothing. */
    priority?: Priority;
    /** The body is read by the handler, as long as it takes. */
    isStreamed?: boolean;
  }
  interface FastifyRequest {
    principal: Principal | null;
    /** By which the caller was known: whoever answers for long asks again whether it is good. */
    token: string | null;
  }
}

type Schema = z.ZodType;
type Parsed<S> = S extends Schema ? z.infer<S> : undefined;

export type RouteDefinition<
  Params extends Schema | undefined,
  Query extends Schema | undefined,
  Body extends Schema | undefined,
> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly rule: Rule;
  /** Who is served first when there is too much; what follows from the rule when left out. */
  readonly priority?: Priority;
  readonly summary: string;
  readonly tag: string;
  readonly params?: Params | undefined;
  readonly query?: Query | undefined;
  readonly body?: Body | undefined;
  /** Content type of a body that is not JSON; the handler reads `request.raw` itself. */
  readonly streamed?: string;
  readonly answer?: Schema;
  readonly answerType?: string;
  readonly bodyBytesMax?: number;
  readonly handle: (call: {
    readonly params: Parsed<Params>;
    readonly query: Parsed<Query>;
    readonly body: Parsed<Body>;
    readonly principal: Principal | null;
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
  }) => unknown;
};

export function refuseRouteWithoutRule(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.rule === undefined && route.method !== 'HEAD') {
      throw new Error(
        `${String(route.method)} ${route.url} has no rule: every route names who may call it`,
      );
    }
  });
}

export function addRoute<
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
>(app: FastifyInstance, route: RouteDefinition<Params, Query, Body>): void {
  const priority = route.priority ?? priorityOf(route.rule);
  app.route({
    method: route.method,
    url: route.url,
    config: { rule: route.rule, priority, isStreamed: route.streamed !== undefined },
    ...(route.bodyBytesMax === undefined ? {} : { bodyLimit: route.bodyBytesMax }),
    schema: openApiOf(route),
    // The schema above documents; zod judges, so that messages say what to write instead.
    validatorCompiler: () => () => true,
    serializerCompiler: () => (value) => JSON.stringify(value),
    handler: async (request, reply) => {
      const call = {
        params: parse(route.params, request.params, 'path'),
        query: parse(route.query, request.query, 'query'),
        body: parse(route.streamed === undefined ? route.body : undefined, request.body, 'body'),
        principal: request.principal,
        request,
        reply,
      };
      const answer = await onceByKey(route, request, reply, async () => await route.handle(call));
      // A feed has begun, and goes on for hours.
      if (reply.sent) leavePlace(reply.raw);
      return answer;
    },
  });
}

/** A write that names itself by a key is carried out once, and answered the same ever after. */
async function onceByKey(
  route: Pick<
    RouteDefinition<undefined, undefined, undefined>,
    'method' | 'streamed' | 'bodyBytesMax'
  >,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: () => Promise<unknown>,
): Promise<unknown> {
  const { principal, server } = request;
  // Who has not said who they are has nobody whose key it could be; sign-in and enrolment repeat by themselves.
  if (route.method === 'GET' || principal === null) return await handle();
  const key = readKeyHeader(request.headers[KEY_HEADER]);
  if (key === null || server.keyedRequests === undefined) return await handle();
  const { streamed, bodyBytesMax = 0 } = route;
  return await server.keyedRequests.answer({
    request,
    reply,
    owner: principal.kind === 'device' ? principal.id : principal.person,
    key,
    drain: streamed === undefined ? null : () => drainedHash(request, bodyBytesMax),
    handle,
  });
}

function parse<S extends Schema | undefined>(
  schema: S | undefined,
  value: unknown,
  where: string,
): Parsed<S> {
  if (schema === undefined) return undefined as Parsed<S>;
  const result = schema.safeParse(value);
  if (!result.success) throw malformed(result.error, where);
  return result.data as Parsed<S>;
}

function openApiOf(
  route: RouteDefinition<Schema | undefined, Schema | undefined, Schema | undefined>,
): Record<string, unknown> {
  const { rule } = route;
  const answer =
    route.answer === undefined ? { type: 'object' } : jsonSchema(route.answer, 'output');
  return {
    summary: route.summary,
    description: describeRule(rule),
    tags: [route.tag],
    security: securityOf(rule),
    ...(route.method === 'GET' || rule.allow === 'public' ? {} : { headers: KEY_PARAMETER }),
    ...(route.params === undefined ? {} : { params: jsonSchema(route.params) }),
    ...(route.query === undefined ? {} : { querystring: jsonSchema(route.query) }),
    ...(route.body === undefined ? {} : { body: jsonSchema(route.body) }),
    ...(route.streamed === undefined
      ? {}
      : { body: { type: 'string' }, consumes: [route.streamed] }),
    ...(route.answerType === undefined ? {} : { produces: [route.answerType] }),
    response: {
      200: route.answerType === undefined ? answer : { type: 'string' },
      '4xx': { description: 'problem+json naming the field and the mend', type: 'object' },
    },
    'x-kaimen-rule': rule,
    'x-kaimen-priority': route.priority ?? priorityOf(rule),
  };
}

/** Devices show a token or prove a key; people show a token, or their browser the cookie of its session. */
function securityOf(rule: Rule): Record<string, string[]>[] {
  if (rule.allow === 'public') return [];
  if (rule.allow === 'device') return [{ bearer: [] }, { proof: [] }];
  const people = [{ bearer: [] }, { session: [] }];
  return rule.orDevice === undefined ? people : [...people, { proof: [] }];
}

function describeRule(rule: Rule): string {
  if (rule.allow === 'public') return 'No token needed.';
  if (rule.allow === 'device') {
    const act = rule.act === undefined ? '' : ` whose role may “${rule.act}”`;
    return `For enrolled devices${act}${rule.afterwards === true ? ', also revoked ones' : ''}.`;
  }
  const whose = typeof rule.orDevice === 'string' ? ` whose role may “${rule.orDevice}”` : '';
  const orDevice = rule.orDevice === undefined ? '' : ` or an enrolled device${whose}`;
  return `For operators with “${rule.allow}”${orDevice}.`;
}

function jsonSchema(schema: Schema, io: 'input' | 'output' = 'input'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
