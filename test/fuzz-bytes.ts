// Bytes that are hardly HTTP: cut short, run together, smuggled, of other protocols.
import type { Chance } from '../src/drill/demo/seed/chance.ts';

const END = '\r\n';

/** As it should be: what goes before, so that nonsense comes in the middle of a conversation. */
export function wholeRequest(chance: Chance, token: string): Buffer {
  const scan = scanText(chance);
  return Buffer.from(`${scanHead(token, `content-length: ${scan.length}${END}`)}${scan}`);
}

export function oddBytes(chance: Chance, token: string): Buffer {
  const bytes = chance.one(KINDS)(chance, token);
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
}

type Kind = (chance: Chance, token: string) => string | Buffer;

const KINDS: readonly Kind[] = [
  (chance) => randomBytes(chance, chance.below(2_000)),
  (chance, token) => cutShort(chance, wholeRequest(chance, token)),
  (chance, token) => wholeRequest(chance, token).toString('latin1').repeat(20),
  (chance, token) => Buffer.concat([wholeRequest(chance, token), randomBytes(chance, 50)]),
  ofLength((length) => String(length + 50)),
  ofLength((length, chance) => String(chance.below(length))),
  ofLength(() => '-1'),
  ofLength(() => '9'.repeat(30)),
  ofLength((length) => `${length}${END}content-length: 3`),
  ofLength((length) => `${length}${END}transfer-encoding: chunked`),
  chunked((scan) => `${scan.length.toString(16)}${END}${scan}${END}0${END}${END}`),
  chunked((scan) => `zz${END}${scan}`),
  chunked((scan) => `fffffffffffffffff${END}${scan}`),
  chunked((scan) => `-1${END}${scan}`),
  chunked((scan) => `5;${'x'.repeat(20_000)}${END}${scan}`),
  ofLength((length) => `${length}${END}expect: 100-continue`),
  ofLength((length) => `${length}${END}expect: the-unexpected`),
  ofLength((length) => `${length}${END}connection: upgrade${END}upgrade: h2c`),
  (chance, token) => head(`GET /api/v1/events\0${chance.one(['\r', '\t', ' ', '\xff'])}`, token),
  (_chance, token) => head(`GET /${'a/'.repeat(20_000)}`, token),
  (_chance, token) => head('HEAD /api/v1/events', token),
  (_chance, token) => head('CONNECT a:443', token),
  (_chance, token) => head('get /api/v1/events', token),
  (chance, token) => head('GET /readyz', token, 'x: y\r\n'.repeat(chance.one([10, 1_900, 2_100]))),
  (_chance, token) => head('GET /readyz', token, ` folded: line${END}`),
  (_chance, token) => head('GET /readyz', token, `no colon${END}`),
  (_chance, token) =>
    head('GET /readyz', token, `upgrade: websocket${END}connection: upgrade${END}`),
  () => `PRI * HTTP/2.0${END}${END}SM${END}${END}`,
  () => Buffer.from('160301020001000190030300', 'hex'),
  (chance) => `GET / HTTP/${chance.one(['0.9', '1.0', '1.1', '3', ''])}${END}${END}`,
  () => END.repeat(1_000),
];

function ofLength(written: (length: number, chance: Chance) => string): Kind {
  return (chance, token) => {
    const scan = scanText(chance);
    return `${scanHead(token, `content-length: ${written(scan.length, chance)}${END}`)}${scan}`;
  };
}

function chunked(written: (scan: string) => string): Kind {
  return (chance, token) =>
    `${scanHead(token, `transfer-encoding: chunked${END}`)}${written(scanText(chance))}`;
}

function scanHead(token: string, extra: string): string {
  return head('POST /api/v1/scans', token, `content-type: application/json${END}${extra}`);
}

function head(line: string, token: string, extra = ''): string {
  return `${line} HTTP/1.1${END}host: a${END}authorization: Bearer ${token}${END}${extra}${END}`;
}

function scanText(chance: Chance): string {
  const n = chance.below(1e9);
  const scannedAt = '2026-11-29T17:30:00+08:00';
  return JSON.stringify({ scanId: `raw-${n}`, code: `RAW-${n}`, direction: 'in', scannedAt });
}

function cutShort(chance: Chance, bytes: Buffer): Buffer {
  return bytes.subarray(0, chance.below(bytes.length));
}

function randomBytes(chance: Chance, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => chance.below(256)));
}
