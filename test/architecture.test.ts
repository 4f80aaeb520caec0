// Who may import whom. The tables ARE the architecture (docs/architecture.md draws them); whatever is
// not on them is refused, so a new dependency is one reviewed line here. After TigerBeetle's tidy.zig.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';

/** Where code runs → what it may import besides its own folder. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  protocol: ['#domain/', 'zod'],
  lane: ['#domain/', '#protocol/'],
  server: [
    ...['#domain/', '#protocol/', 'node:', 'zod', 'fastify', '@fastify/', 'better-sse', 'pg'],
    ...['pg-copy-streams', 'pino', 'prom-client', 'csv-parse', 'csv-stringify'],
    ...['pdfkit', 'subset-font', 'qr', '@fontsource/', '@node-rs/argon2', 'otpauth'],
    ...['@simplewebauthn/server', 'nodemailer', 'ical-generator', 'passkit-generator'],
  ],
  web: [
    ...['#domain/', '#protocol/', '#lane/'],
    ...['react', 'react-dom', 'react-intl', 'radix-ui', 'uplot'],
    ...['@tanstack/', 'zxing-wasm', 'qr', 'zod', '@casl/ability', '@simplewebauthn/browser'],
  ],
  cli: ['#domain/', '#protocol/', '#lane/', 'node:', 'commander', 'csv-parse', 'qr', 'zxing-wasm'],
  drill: ['#domain/', '#protocol/', 'node:', 'zod'],
  testing: [
    ...[
      '#domain/',
      '#protocol/',
      '#server/',
      'node:',
      'fast-check',
      'fastify',
      'pg',
      'prom-client',
    ],
    ...[
      'zxing-wasm',
      '@hyzyla/pdfium',
      'playwright-core',
      'axe-core',
      'qr',
      'otpauth',
      'smtp-server',
    ],
  ],
};

/** Context → contexts it builds on, each only on those above it: acyclic, as the business reads. */
const BUILDS_ON: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  domain: {
    kernel: [],
    access: ['kernel'],
    credentials: ['kernel'],
    venue: ['kernel'],
    seating: ['kernel'],
    entry: ['kernel', 'credentials', 'venue'],
    sync: ['kernel', 'credentials', 'venue', 'entry'],
    release: ['kernel', 'venue', 'entry'],
    monitoring: ['kernel', 'access', 'venue', 'entry'],
    identity: ['kernel'],
    sales: ['kernel', 'venue', 'seating', 'identity'],
    refunds: ['kernel', 'venue', 'sales'],
    delivery: ['kernel', 'venue', 'sales', 'refunds'],
  },
  server: {
    platform: [],
    paper: ['platform'],
    entry: ['platform'],
    venue: ['platform', 'entry'],
    grounds: ['platform', 'entry', 'venue'],
    accounts: ['platform'],
    notices: ['platform'],
    outbox: ['platform'],
    identity: ['platform', 'entry', 'venue'],
    access: ['platform', 'entry', 'venue', 'accounts', 'notices'],
    release: ['platform', 'entry', 'venue', 'notices', 'access'],
    tickets: ['platform', 'paper', 'entry', 'venue'],
    sales: ['platform', 'entry', 'venue', 'tickets', 'grounds', 'outbox', 'identity'],
    shadow: ['platform', 'entry', 'venue'],
    sync: ['platform', 'entry', 'venue', 'access', 'release'],
    payments: ['platform', 'venue', 'sales'],
    'box-office': ['platform', 'paper', 'entry', 'venue', 'tickets', 'sales', 'payments'],
    lanes: ['platform', 'entry', 'venue', 'notices', 'access', 'tickets'],
    live: ['platform', 'entry', 'venue', 'notices', 'access', 'lanes'],
    edge: ['platform', 'entry', 'venue', 'notices', 'access', 'sync', 'lanes'],
    cell: ['platform', 'entry', 'venue', 'edge'],
    monitoring: ['platform', 'entry', 'venue', 'grounds', 'outbox', 'sales'],
    delivery: ['platform', 'paper', 'entry', 'venue', 'tickets', 'outbox', 'sales'],
    desk: ['platform', 'paper', 'entry', 'venue', 'tickets'],
    backup: ['platform', 'entry'],
    web: ['platform'],
  },
  web: {
    ui: [],
    offline: [],
    gate: ['ui', 'offline'],
    shop: ['ui', 'offline'],
    console: ['ui', 'offline'],
  },
  drill: {
    load: [],
    bench: ['load'],
    demo: ['load'],
    flood: ['load', 'bench'],
    catalogue: ['demo'],
    network: ['catalogue'],
    faults: ['network'],
    rehearsal: ['demo', 'catalogue', 'network'],
    judge: ['catalogue', 'rehearsal'],
    report: ['catalogue', 'rehearsal', 'judge'],
    command: ['catalogue', 'network', 'rehearsal', 'judge', 'report'],
  },
};

/** What stands directly in `src/server` and every context but the lowest may name: what is wired. */
const SERVER_DOORS = ['#server/server-context.ts', '#server/bus.ts'];

/** Where files that stand directly in the folder are shared by its subfolders. */
const SHARES_ITS_TOP = ['cli', 'drill', 'testing'];

/** What the compiler cannot keep out of `domain/`: the clock and chance arrive as arguments. */
const NOT_IN_DOMAIN =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\bcrypto\./g;

const SAYS_NOTHING = /^(utils?|helpers?|common|misc|manager|service|index)$/;
const SAYS_NO_MORE = /-(utils?|helpers?|common|misc|manager)$/;

const src = new URL('../src/', import.meta.url).pathname;
const files = globSync('**/*.{ts,tsx}', { cwd: src, exclude: ['**/node_modules/**'] });

test('every import is on the table', () => {
  const sources = files.filter((file) => !/\.test\.tsx?$/.test(file));
  assert.ok(sources.length > 0, 'found nothing to look at');
  const refused = sources.flatMap((file) => refusals(file, readFileSync(src + file, 'utf8')));
  assert.deepEqual(refused, []);
});

test('every file and folder is named for the thing in it', () => {
  assert.deepEqual(files.filter(saysNothing), []);
});

test('contexts build only on contexts above them', () => {
  for (const contexts of Object.values(BUILDS_ON)) {
    const names = Object.keys(contexts);
    for (const [index, name] of names.entries()) {
      for (const ground of contexts[name] ?? []) {
        assert.ok(names.slice(0, index).includes(ground), `${name} may not build on ${ground}`);
      }
    }
  }
});

// A rule that sees nothing is worse than none: each is shown something to refuse.

for (const [file, text, refused] of [
  ['domain/entry/x.ts', "import { Pool } from 'pg';", 'pg'],
  ['domain/entry/x.ts', "import type { Pool } from 'pg';", 'pg'],
  ['domain/entry/x.ts', "export { a } from 'node:fs';", 'node:fs'],
  ['domain/entry/x.ts', "import 'node:fs';", 'node:fs'],
  ['domain/entry/x.ts', 'import fs from "node:fs";', 'node:fs'],
  ['domain/entry/x.ts', "const fs = await import('node:fs');", 'node:fs'],
  ['domain/entry/x.ts', 'import {\n  a,\n  b,\n} from\n  "node:fs";', 'node:fs'],
  ['domain/entry/x.ts', 'await import(name);', 'a computed name'],
  ['domain/entry/x.ts', 'await import(`pg`);', 'a computed name'],
  [
    'domain/kernel/x.ts',
    "import { a } from '#domain/entry/verdict.ts';",
    '#domain/entry/verdict.ts',
  ],
  ['domain/venue/x.ts', "import { a } from '../kernel/ids.ts';", '../kernel/ids.ts'],
  ['domain/venue/x.ts', "import { a } from '#domain/venue/y.ts';", '#domain/venue/y.ts'],
  ['domain/members/x.ts', "import { a } from '#domain/kernel/ids.ts';", '#domain/kernel/ids.ts'],
  ['protocol/x.ts', "import { a } from '#server/platform/log.ts';", '#server/platform/log.ts'],
  ['protocol/x.ts', "import { a } from 'zod-extra';", 'zod-extra'],
  ['server/entry/x.ts', "import { a } from '../access/store.ts';", '../access/store.ts'],
  ['server/entry/x.ts', "import { a } from '#server/access/store.ts';", '#server/access/store.ts'],
  ['server/platform/x.ts', "import { a } from '#server/entry/store.ts';", '#server/entry/store.ts'],
  ['server/entry/x.ts', "import { a } from '#cli/lane.ts';", '#cli/lane.ts'],
  ['server/entry/x.ts', "import { a } from '#testing/entry.ts';", '#testing/entry.ts'],
  ['server/paper/x.ts', "import { a } from '#web/platform/y.ts';", '#web/platform/y.ts'],
  ['web/gate/x.tsx', "import { a } from '#web/shop/y.ts';", '#web/shop/y.ts'],
  ['web/gate/x.tsx', "import { a } from 'node:fs';", 'node:fs'],
  ['cli/x.ts', "import { a } from '../server/main.ts';", '../server/main.ts'],
  ['cli/tickets/x.ts', "import { a } from '#cli/lane/y.ts';", '#cli/lane/y.ts'],
  ['drill/load/x.ts', "import { a } from '#cli/lane.ts';", '#cli/lane.ts'],
  ['lane/x.ts', "import { a } from 'node:fs';", 'node:fs'],
  ['lane/x.ts', "import { a } from '#cli/lane/y.ts';", '#cli/lane/y.ts'],
  ['lane/decoding/x.ts', "import { a } from '#web/gate/y.ts';", '#web/gate/y.ts'],
  ['elsewhere/x.ts', "import { a } from '#domain/kernel/ids.ts';", '#domain/kernel/ids.ts'],
] as const) {
  test(`${file} may not import ${refused}: ${text.split(/\s/, 2).join(' ')} …`, () => {
    assert.deepEqual(refusals(file, text), [`${file} may not import ${refused}`]);
  });
}

for (const [file, text] of [
  ['domain/entry/x.ts', "import { a } from './y.ts';\nimport { b } from '#domain/kernel/ids.ts';"],
  ['protocol/x.ts', "import { z } from 'zod';\nimport { a } from './y.ts';"],
  ['server/entry/x.ts', "import { a } from '#server/platform/http/route.ts';"],
  ['server/access/x.ts', "import { a } from '#server/entry/catalogue.ts';"],
  ['server/platform/http/x.ts', "import { a } from '../log.ts';"],
  ['server/paper/x.ts', "const a = Buffer.from('pg') + Array.from('react');"],
  ['server/main.ts', "import { a } from './entry/routes.ts';\nimport { b } from '#server/x/y.ts';"],
  ['web/gate/x.tsx', "import { a } from '#web/ui/button.tsx';\nimport '@tanstack/react-query';"],
  ['server/entry/x.ts', "import type { A } from '#server/server-context.ts';"],
  ['cli/tickets/x.ts', "import { a } from '#cli/client.ts';"],
  ['cli/lane/x.ts', "import { a } from '#lane/create-lane.ts';"],
  ['lane/x.ts', "import { a } from '#domain/sync/ladder.ts';\nimport '#protocol/scans.ts';"],
  ['testing/x.ts', "import { a } from '#server/entry/store.ts';"],
  [
    'drill/load/x.ts',
    "import { a } from './y.ts';\nimport { setTimeout } from 'node:timers/promises';",
  ],
] as const) {
  test(`${file} may import ${importsOf(text).join(' and ')}`, () => {
    assert.deepEqual(refusals(file, text), []);
  });
}

test('no clock and no chance in domain', () => {
  for (const text of ['Date.now()', 'new Date()', 'Math.random()', 'performance.now()']) {
    assert.deepEqual(refusals('domain/entry/x.ts', `const a = ${text};`).length, 1, text);
    assert.deepEqual(refusals('server/entry/x.ts', `const a = ${text};`), []);
  }
  assert.equal(refusals('domain/entry/x.ts', 'crypto.subtle;').length, 1);
  assert.deepEqual(refusals('domain/entry/x.ts', 'new Date(at).toISOString();'), []);
});

test('names that say nothing are refused', () => {
  for (const file of ['server/utils/x.ts', 'web/ui/index.ts', 'cli/lane-helpers.ts']) {
    assert.ok(saysNothing(file), file);
  }
  assert.ok(!saysNothing('web/gate/service-worker.ts'));
});

function refusals(file: string, text: string): string[] {
  const found = file.startsWith('domain/') ? [...text.matchAll(NOT_IN_DOMAIN)] : [];
  return [
    ...importsOf(text)
      .filter((specifier) => !isAllowed(file, specifier))
      .map((specifier) => `${file} may not import ${specifier}`),
    ...found.map(([word]) => `${file} may not use ${word}`),
  ];
}

function importsOf(text: string): string[] {
  const named = text.matchAll(/(?<![.\w])(?:from|import|import\s*\()\s*(['"])([^'"\n]+)\1/g);
  const computed = /\bimport\s*\(\s*[^'"\s]/.test(text) ? ['a computed name'] : [];
  return [...[...named].map((match) => match[2] ?? ''), ...computed];
}

function isAllowed(file: string, specifier: string): boolean {
  const [top = '', context = ''] = file.split('/');
  if (specifier.startsWith('.')) return staysInFolder(file, specifier);
  if (MAY_IMPORT[top]?.some((entry) => matches(specifier, entry))) return true;
  if (top === 'server' && isServerDoor(context, specifier)) return true;
  if (SHARES_ITS_TOP.includes(top) && specifier.split('/').length === 2) {
    return specifier.startsWith(`#${top}/`);
  }
  const ground = BUILDS_ON[top]?.[context] ?? [];
  return ground.some((name) => specifier.startsWith(`#${top}/${name}/`));
}

/** A folder is `src/server/entry`; files that stand directly in `src/server` reach all of it. */
function staysInFolder(file: string, specifier: string): boolean {
  const parts = file.split('/');
  const folder = parts.slice(0, Math.min(2, parts.length - 1)).join('/');
  return posix.join(posix.dirname(file), specifier).startsWith(`${folder}/`);
}

/** What stands directly in src/server wires the contexts. */
function isServerDoor(context: string, specifier: string): boolean {
  if (context.endsWith('.ts')) return specifier.startsWith('#server/');
  return SERVER_DOORS.includes(specifier) && !['platform', 'paper'].includes(context);
}

function matches(specifier: string, entry: string): boolean {
  if (/[:/]$/.test(entry)) return specifier.startsWith(entry);
  return specifier === entry || specifier.startsWith(`${entry}/`);
}

function saysNothing(file: string): boolean {
  return file.split('/').some((part) => {
    const [stem = ''] = part.split('.');
    return SAYS_NOTHING.test(stem) || SAYS_NO_MORE.test(stem);
  });
}
