// The API as its own description tells it: each route, whom it lets in, and an address to ask it at.
import type { DrillClient } from '../src/drill/drill-client.ts';
import type { Rule } from '../src/server/platform/principal.ts';

export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
};

export type DescribedRoute = {
  readonly method: string;
  /** With parameters in braces, such as `/api/v1/events/{id}`. */
  readonly template: string;
  readonly rule: Rule;
  readonly query: readonly { readonly name: string; readonly schema: JsonSchema }[];
  /** Of a JSON body; null when it takes none. */
  readonly body: JsonSchema | null;
  readonly takes: string | null;
  readonly answers: string;
};

type Operation = {
  readonly 'x-kaimen-rule': Rule;
  readonly parameters?: readonly { in: string; name: string; schema: JsonSchema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, unknown>> }>>;
};

export async function describedRoutes(client: DrillClient): Promise<DescribedRoute[]> {
  const document = await client.ask<{
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  }>({ method: 'GET', path: '/openapi.json' });
  return Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) =>
      routeOf(method.toUpperCase(), template, operation),
    ),
  );
}

function routeOf(method: string, template: string, operation: Operation): DescribedRoute {
  const [takes = null] = Object.keys(operation.requestBody?.content ?? {});
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  return {
    method,
    template,
    rule: operation['x-kaimen-rule'],
    query,
    body: operation.requestBody?.content['application/json']?.schema ?? null,
    takes,
    answers: Object.keys(operation.responses['200']?.content ?? {})[0] ?? '',
  };
}

/** @param values - by name of the parameter; `nothing` for those it does not name */
export function addressOf(
  { template }: DescribedRoute,
  values: Readonly<Record<string, string>>,
): string {
  return template.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? 'nothing'),
  );
}
