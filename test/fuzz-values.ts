// What nobody should send: texts, codes, values and documents, each kind often enough to be met.
import type { Chance } from '../src/drill/demo/seed/chance.ts';
import type { JsonSchema } from './every-route.ts';

const TEXTS: readonly ((chance: Chance) => string)[] = [
  () => '',
  () => ' \t\r\n',
  () => '\u0000',
  (chance) => `N1\u0000${chance.below(100)}`,
  () => '\ud800',
  (chance) => `lone ${chance.one(['\ud83d', '\udfff', '\udc00\ud800'])} half`,
  () => '\u202e1N\u202c\u200f\u2066N1\u2069',
  () => '\u200b\u200d\ufeff\u00ad\u2060',
  () => '👩‍👩‍👧‍👦🏳️‍🌈🏟️',
  (chance) => `e${'\u0301'.repeat(chance.below(400))}`,
  (chance) => '\ufdfa'.repeat(1 + chance.below(300)),
  (chance) => 'ß'.repeat(1 + chance.below(300)),
  () => 'x'.repeat(10_000),
  (chance) => '张伟'.repeat(chance.below(3_000)),
  () => "'; DROP TABLE scans; --",
  () => '$1 %s %n {{7*7}} `id`',
  () => '../../../../etc/passwd',
  () => '<script>alert(1)</script>',
  (chance) => chance.one(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']),
  (chance) => chance.one(['null', 'undefined', 'NaN', 'true', '-1', '1e400', '0x10', '٣', '１２']),
  () => '9'.repeat(400),
  () => '\ufffe\uffff\ue000\u{10ffff}',
  () => '\u0001\u0007\u001b[31m\u009b',
  (chance) => noise(chance, chance.below(300)),
];

const TIMES = [
  ...['2026-11-29T17:30:00+08:00', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999-23:59'],
  ...['2026-02-31T00:00:00Z', 'noon', '2026-11-29', '+275760-09-13T00:00:00Z', '2026-11-29T24:00Z'],
  ...['0000-01-01T00:00:00+23:59', '2016-12-31T23:59:60Z', '1969-12-31T23:59:59Z'],
];

export function oddText(chance: Chance): string {
  return chance.one(TEXTS)(chance);
}

/** Any code points, most of them in use somewhere. */
function noise(chance: Chance, length: number): string {
  const points = Array.from({ length }, () => chance.below(chance.one([0x80, 0x800, 0x1_0000])));
  return String.fromCharCode(...points);
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  O: '0',
  I: '1',
  B: '8',
  A: 'А', // Cyrillic
  K: 'Κ', // Greek
  S: '５',
};

function base32(chance: Chance, length: number): string {
  return Array.from({ length }, () => BASE32[chance.below(BASE32.length)]).join('');
}

/** Codes that admit nobody, however much they look as if they did. */
const FALSE_CODES: readonly ((chance: Chance) => string)[] = [
  oddText,
  oddText,
  (chance) => `K${base32(chance, 25)}`,
  (chance) => `L${base32(chance, 25)}`,
  (chance) => base32(chance, 24 + chance.below(5)),
  (chance) => `K${base32(chance, 15)}${chance.one(['0', '1', '8', '=', ' '])}${base32(chance, 9)}`,
  (chance) => base32(chance, 100 + chance.below(100)),
  (chance) => `OLD-${String(chance.below(1e7)).padStart(8, '0')}`,
  (chance) => String(chance.below(2 ** 31)),
  (chance) => `https://tickets.example/t/${base32(chance, 26)}`,
];

/** @param genuine - codes of ours, some of which are spoilt in one letter */
export function falseCode(chance: Chance, genuine: readonly string[]): string {
  if (!chance.happens(0.25)) return chance.one(FALSE_CODES)(chance);
  const code = chance.one(genuine);
  const at = chance.below(code.length);
  const letter = code.charAt(at);
  const other = chance.one(BASE32.replace(letter.toUpperCase(), '').split(''));
  const changed = chance.happens(0.3) ? (LOOK_ALIKES[letter] ?? other) : other;
  return code.slice(0, at) + changed + code.slice(at + 1);
}

const NUMBERS = [
  ...[0, -0, -1, 0.5, 1, 2, 31, 32_767, 32_768, 65_536, 16_777_216, 2 ** 31 - 1, 2 ** 31, 2 ** 32],
  ...[2 ** 53 - 1, 2 ** 53, 2 ** 63, -(2 ** 63), 1e21, 1.7e308, 5e-324],
];

export function oddValue(chance: Chance, depth = 0): unknown {
  const kind = chance.below(depth > 3 ? 4 : 7);
  if (kind === 0) return chance.one([null, true, false]);
  if (kind === 1) return chance.one(NUMBERS);
  if (kind <= 3) return oddText(chance);
  if (kind === 4) return Array.from({ length: chance.below(6) }, () => oddValue(chance, depth + 1));
  if (kind === 5) return Array.from({ length: chance.below(600) }, () => 0);
  const fields = Array.from({ length: chance.below(5) }, () => [
    oddText(chance).slice(0, 200),
    oddValue(chance, depth + 1),
  ]);
  return Object.fromEntries(fields);
}

/** Words that mean something to the server, by the name of the field. */
export type Words = Readonly<Record<string, readonly string[]>>;

/** Something of the schema's form, most of it as it should be. */
export function plausible(chance: Chance, schema: JsonSchema, name: string, words: Words): unknown {
  if (chance.happens(0.06)) return oddValue(chance);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return plausible(chance, chance.one(choices), name, words);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return chance.one(schema.enum);
  const type = typeof schema.type === 'string' ? schema.type : chance.one(schema.type ?? ['null']);
  switch (type) {
    case 'object':
      return plausibleObject(chance, schema, words);
    case 'array':
      return Array.from({ length: chance.below(4) }, () =>
        plausible(chance, schema.items ?? {}, name, words),
      );
    case 'integer':
    case 'number':
      return chance.happens(0.8) ? 1 + chance.below(60) : chance.one(NUMBERS);
    case 'boolean':
      return chance.happens(0.5);
    case 'string':
      return plausibleText(chance, name, words);
    default:
      return null;
  }
}

function plausibleObject(chance: Chance, schema: JsonSchema, words: Words): unknown {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    chance.happens(0.12) ? [] : [[key, plausible(chance, value, key, words)]],
  );
  if (chance.happens(0.05)) fields.push([oddText(chance).slice(0, 100), oddValue(chance)]);
  // A looser schema takes any field: an entry of a journal.
  for (const [key, known] of Object.entries(words)) {
    if (schema.properties?.['seq'] !== undefined && chance.happens(0.8)) {
      fields.push([key, chance.one(known)]);
    }
  }
  return Object.fromEntries(fields);
}

export function plausibleText(chance: Chance, name: string, words: Words): string {
  const known = words[name];
  if (known !== undefined && chance.happens(0.85)) return chance.one(known);
  if (/At$|^at$|until|notBefore/.test(name) && chance.happens(0.9)) return chance.one(TIMES);
  return oddText(chance);
}

/** JSON text of a value, now and then spoilt. */
export function document(chance: Chance, value: unknown): string | Buffer {
  const text = JSON.stringify(value);
  if (chance.happens(0.75)) return text;
  const at = chance.below(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  switch (chance.below(10)) {
    case 0:
      return before;
    case 1:
      return text.replace('{', '{"__proto__":{"isAdmin":true},');
    case 2:
      return text.replace('{', '{"constructor":{"prototype":{"role":"admin"}},');
    case 3:
      return text.replace(/:(\d+|"[^"]*")/, `:${chance.one(['1e999', '-1e999', '0'.repeat(99)])}`);
    case 4:
      return text.replace(/:(\d+|"[^"]*"|null)/, `:${nested(chance)}`);
    case 5:
      return (
        before + chance.one(['\u0000', ',', '}', ']', '"', '\\', '\\u12', 'NaN', '//']) + after
      );
    case 6:
      return `\ufeff${text}`;
    case 7:
      return Buffer.concat([
        Buffer.from(before),
        Buffer.from([0xff, 0xc0, 0x80]),
        Buffer.from(after),
      ]);
    case 8:
      return text + text;
    default:
      return text.replace(/"([^"]+)":/, '"$1":1,"$1":');
  }
}

function nested(chance: Chance): string {
  const depth = chance.one([3, 100, 2_500, 7_000]);
  const [open, close] = chance.one([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  return open.repeat(depth) + (open === '[' ? '' : '1') + close.repeat(depth);
}
