// Requests that nobody should send: built on the API's own description, and then spoilt.
import type { Chance } from '../src/drill/demo/seed/chance.ts';
import type { Request } from '../src/drill/load/connection.ts';
import { addressOf, type DescribedRoute } from './every-route.ts';
import {
  document,
  oddText,
  oddValue,
  plausible,
  plausibleText,
  type Words,
} from './fuzz-values.ts';

export type Ground = {
  readonly routes: readonly DescribedRoute[];
  readonly words: Words;
  readonly tokens: {
    readonly admin: string;
    readonly devices: readonly string[];
    readonly others: readonly string[];
  };
  /** A file that the server has taken. */
  readonly eventFile: unknown;
};

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
];
const CONTENT_TYPES = [
  ...['text/plain', 'text/csv', 'application/xml', 'multipart/form-data; boundary=x', 'x', '/', ''],
  ...['application/json; charset=utf-16', 'application/json;', 'APPLICATION/JSON', 'text/csv; a="'],
];
const HEADERS: readonly (readonly [string, string])[] = [
  ['accept', 'application/xml'],
  ['accept-encoding', 'zstd;q=0, br, *'],
  ['content-encoding', 'gzip'],
  ['if-none-match', '*'],
  ['range', 'bytes=0-99999999999'],
  ['kaimen-seen', 'aaaa:999999999999999:AAAA'],
  ['kaimen-seen', 'x'.repeat(4_000)],
  ['kaimen-seen', '::'],
  ['x-forwarded-for', "127.0.0.1, ' OR 1=1"],
  ['host', 'elsewhere.example'],
  ['cookie', 'a=b; '.repeat(200)],
  ['origin', 'null'],
  ['x-http-method-override', 'DELETE'],
];

/** Long work: asked now and then, so that the rest gets its turn. */
const LONG_WORK = /^(application\/(pdf|gzip)|text\/csv)$/;
const LONG_WORK_SHARE = 0.02;

export function oddRequest(chance: Chance, ground: Ground): Request {
  const route = chooseRoute(chance, ground.routes);
  const body = chance.happens(0.9) ? bodyFor(chance, route, ground) : oddText(chance);
  return {
    method: chance.happens(0.95) ? route.method : chance.one(METHODS),
    path: pathFor(chance, route, ground) + queryFor(chance, route, ground),
    token: tokenFor(chance, route, ground),
    headers: headersFor(chance, route, body !== undefined),
    ...(body === undefined ? {} : { body }),
  };
}

/** The same by somebody who has no token, or none of ours. */
export function strangersRequest(chance: Chance, ground: Ground): Request {
  const { headers: _, ...request } = oddRequest(chance, ground);
  const token = chance.one(['', 'kmo_aaaa', noToken(chance), noToken(chance), UNKNOWN_TOKEN]);
  return { ...request, path: request.path.slice(0, STRANGERS_PATH_MAX), token };
}

const STRANGERS_PATH_MAX = 2_000;
const UNKNOWN_TOKEN = `kmd_${'a'.repeat(32)}`;

function noToken(chance: Chance): string {
  return encodeURI(encodable(oddText(chance).slice(0, 100))).slice(0, 300);
}

function chooseRoute(chance: Chance, routes: Ground['routes']): DescribedRoute {
  for (;;) {
    const route = chance.one(routes);
    const isLong = LONG_WORK.test(route.answers) || route.template.endsWith('/verify');
    if (!isLong || chance.happens(LONG_WORK_SHARE)) return route;
  }
}

function tokenFor(chance: Chance, { rule, template }: DescribedRoute, { tokens }: Ground): string {
  if (chance.happens(0.08)) return chance.one(['', 'kmo_aaaa', UNKNOWN_TOKEN, 'x'.repeat(300)]);
  const { admin, devices, others } = tokens;
  // Tokens, devices and whatever lanes are told stay: some are enough.
  const isLasting = /\/(tokens|devices|offers|people|messages|calls)$/.test(template);
  if (chance.happens(isLasting ? 0.8 : 0.25)) return chance.one(others);
  const isForDevices = rule.allow === 'device' || ('orDevice' in rule && chance.happens(0.5));
  return isForDevices ? chance.one(devices) : admin;
}

function pathFor(chance: Chance, route: DescribedRoute, { words }: Ground): string {
  if (chance.happens(0.04)) return `/${encodeURI(encodable(oddText(chance).slice(0, 3_000)))}`;
  const values: Record<string, string> = {};
  for (const [, name = ''] of route.template.matchAll(/\{([^}]+)\}/g)) {
    values[name] = encodable(plausibleText(chance, name, words));
  }
  // Streams would not end, and what is archived takes part no more.
  if (/\/(live|archive)$/.test(route.template)) values['id'] = 'nothing';
  const path = addressOf(route, values);
  if (chance.happens(0.03))
    return path + chance.one(['/', '/..', '%', '%zz', '%ff', ';a', '?', '#']);
  return path;
}

function queryFor(chance: Chance, route: DescribedRoute, { words }: Ground): string {
  const pairs = route.query.flatMap(({ name, schema }) =>
    chance.happens(0.5) ? [[name, textOf(plausible(chance, schema, name, words))]] : [],
  );
  if (chance.happens(0.04)) pairs.push([oddText(chance).slice(0, 50), oddText(chance)]);
  if (pairs.length === 0) return '';
  const written = pairs.map((pair) =>
    pair.map((part) => encodeURIComponent(encodable(part).slice(0, 2_000))).join('='),
  );
  return `?${written.join('&')}`;
}

function bodyFor(chance: Chance, route: DescribedRoute, ground: Ground): Request['body'] {
  if (route.takes === 'text/csv') return csv(chance, ground.words);
  if (route.body === null) return chance.happens(0.05) ? oddText(chance) : undefined;
  const isEvent = route.method === 'PUT' && route.template.endsWith('/events/{id}');
  const value =
    isEvent && chance.happens(0.7)
      ? spoilt(chance, ground.eventFile)
      : plausible(chance, route.body, '', ground.words);
  return document(chance, value);
}

/** A copy with one part replaced, anywhere in it. */
function spoilt(chance: Chance, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || chance.happens(0.1)) return oddValue(chance);
  const entries = Object.entries(value);
  if (entries.length === 0) return oddValue(chance);
  const [key, part] = chance.one(entries);
  const changed = spoilt(chance, part);
  if (Array.isArray(value)) return value.with(Number(key), changed);
  return { ...value, [key]: changed };
}

function csv(chance: Chance, words: Words): string | Buffer {
  const columns = ['ticket_ref', 'type', 'section', 'code', 'gate', 'admits', 'valid_from', 'x'];
  const named = chance.some(columns, 1 + chance.below(columns.length));
  const line = () =>
    named.map((name) => cell(chance, name, words)).join(chance.one([',', ',', ';']));
  const lines = [named.join(','), ...Array.from({ length: chance.below(20) }, line)];
  const text = lines.join(chance.one(['\n', '\r\n', '\r']));
  const bytes = Buffer.from(text);
  return chance.happens(0.2) ? Buffer.concat([bytes, Buffer.from([0xff, 0xfe, 0x81, 0])]) : text;
}

function cell(chance: Chance, name: string, words: Words): string {
  const text = plausibleText(chance, name === 'ticket_ref' ? 'ref' : name, words);
  return chance.happens(0.3) ? `"${text.replaceAll('"', '""')}"` : text;
}

function headersFor(chance: Chance, route: DescribedRoute, hasBody: boolean) {
  const headers: Record<string, string> = {};
  if (hasBody) {
    const known = route.takes ?? 'application/json';
    headers['content-type'] = chance.happens(0.92) ? known : chance.one(CONTENT_TYPES);
  }
  if (chance.happens(0.15)) {
    const [name, value] = chance.one(HEADERS);
    headers[name] = value;
  }
  return headers;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** UTF-8 has no lone surrogates: an address cannot carry them. */
function encodable(text: string): string {
  return text.toWellFormed();
}
