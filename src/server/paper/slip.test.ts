import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCodes, inkIn, type Picture, proofPages, readCodes } from '#testing/proof.ts';
import { columnsOf, encodeGb18030 } from './gb18030.ts';
import { SAMPLE_TICKET } from './sample-ticket.ts';
import { slipEscpos } from './slip-escpos.ts';
import { slipPdf } from './slip-pdf.ts';

const DPI = 203;
const OPTIONS = { printedAt: Date.parse('2026-11-29T18:02:00+08:00') };
const ESC = 0x1b;
const FS = 0x1c;
const GS = 0x1d;

async function slipPage(duplicate: boolean) {
  const { bytes } = await slipPdf(SAMPLE_TICKET, { ...OPTIONS, duplicate });
  const [page] = await proofPages(bytes, DPI);
  assert(page);
  return page;
}

test('a slip is 80 mm wide and its code, 25 mm or more, reads at the dots of the printer', async () => {
  const page = await slipPage(false);
  assert(Math.abs(page.widthMm - 80) < 0.5);
  const [code] = await findCodes(page);
  assert.equal(code?.text, SAMPLE_TICKET.code);
  assert(((code?.widthPx ?? 0) / DPI) * 25.4 >= 25);
});

test('a slip that was printed before is marked by a black band at both ends', async () => {
  const band = (page: Picture, y: number) => inkIn(page, { x: 40, y, width: 540, height: 4 });
  const again = await slipPage(true);
  const once = await slipPage(false);
  assert(band(again, 51) > 0.95);
  assert(band(again, again.height - 56) > 0.95);
  assert(band(once, 51) < 0.5);
  assert(band(once, once.height - 56) < 0.5);
});

type Command = { readonly name: string; readonly body: Buffer };

/** Reads commands and text apart; an unknown command fails the test. */
function parseEscpos(bytes: Buffer): { commands: Command[]; text: string } {
  const commands: Command[] = [];
  const text: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = commandLength(bytes, at);
    if (length === 0) text.push(bytes[at++] ?? 0);
    else {
      const lead = bytes[at] === ESC ? 'ESC' : bytes[at] === FS ? 'FS' : 'GS';
      const name = `${lead} ${String.fromCharCode(bytes[at + 1] ?? 0)}`;
      commands.push({ name, body: bytes.subarray(at + 2, at + length) });
      at += length;
    }
  }
  return { commands, text: new TextDecoder('gb18030').decode(Buffer.from(text)) };
}

function commandLength(bytes: Buffer, at: number): number {
  const [lead, letter] = [bytes[at], String.fromCharCode(bytes[at + 1] ?? 0)];
  if (lead === ESC && '@2'.includes(letter)) return 2;
  if (lead === ESC && 'aE'.includes(letter)) return 3;
  if (lead === FS && letter === '&') return 2;
  if (lead === GS && '!B'.includes(letter)) return 3;
  if (lead === GS && letter === 'V') return 4;
  if (lead === GS && letter === '(') return 5 + bytes.readUInt16LE(at + 3);
  if (lead === GS && letter === 'v')
    return 8 + bytes.readUInt16LE(at + 4) * bytes.readUInt16LE(at + 6);
  assert(lead !== ESC && lead !== FS && lead !== GS, `unknown command ${letter} at ${at}`);
  return 0;
}

test('ESC/POS opens with init and two-byte mode, holds the text and ends with the cut', () => {
  const { bytes, missing } = slipEscpos(SAMPLE_TICKET, OPTIONS);
  const { commands, text } = parseEscpos(bytes);
  assert.deepEqual(
    commands.slice(0, 2).map(({ name }) => name),
    ['ESC @', 'FS &'],
  );
  assert.equal(commands.at(-1)?.name, 'GS V');
  assert.deepEqual(missing, []);
  for (const expected of [
    '浦江联 vs 北城竞技',
    '北看台',
    'N103',
    '欧阳翀',
    'T-000123',
    '2026年11月29日 周日 19:35',
    '入场 Entry from',
  ]) {
    assert(text.includes(expected), expected);
  }
  for (const row of text.split('\n')) assert(columnsOf(row) <= 48, row);
});

test('ESC/POS stores the code as a model 2 symbol with correction Q and prints it', () => {
  const { commands } = parseEscpos(slipEscpos(SAMPLE_TICKET, OPTIONS).bytes);
  const symbol = commands
    .filter(({ name }) => name === 'GS (')
    .map(({ body }) => [...body.subarray(3)]);
  assert.deepEqual(symbol, [
    [0x31, 0x41, 50, 0],
    [0x31, 0x43, 10],
    [0x31, 0x45, 50],
    [0x31, 0x50, 0x30, ...Buffer.from(SAMPLE_TICKET.code)],
    [0x31, 0x51, 0x30],
  ]);
});

test('a printer without QR gets the code as a picture, and so does a code in Chinese', async () => {
  const foreign = { ...SAMPLE_TICKET, code: '北看台-17' };
  const papers = [
    slipEscpos(SAMPLE_TICKET, { ...OPTIONS, symbol: 'raster' }),
    slipEscpos(foreign, OPTIONS),
  ];
  const codes = papers.map(({ bytes }) => readCodes(rasterIn(parseEscpos(bytes).commands)));
  assert.deepEqual((await Promise.all(codes)).flat(), [SAMPLE_TICKET.code, foreign.code]);
});

function rasterIn(commands: readonly Command[]): Picture {
  const body = commands.find(({ name }) => name === 'GS v')?.body;
  assert(body);
  const [stride, height] = [body.readUInt16LE(2), body.readUInt16LE(4)];
  const width = stride * 8;
  assert(width <= 576);
  const pixels = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at += 1) {
    const bit = ((body[6 + (at >> 3)] ?? 0) >> (7 - (at & 7))) & 1;
    if (bit === 1) pixels.fill(0, at * 4, at * 4 + 3);
  }
  return { pixels, width, height };
}

test('a reprint says so in ESC/POS at both ends', () => {
  const marks = (duplicate: boolean) =>
    parseEscpos(slipEscpos(SAMPLE_TICKET, { ...OPTIONS, duplicate }).bytes).text.split('副本')
      .length - 1;
  assert.deepEqual([marks(true), marks(false)], [2, 0]);
});

test('a name that the printer cannot write is reported and printed as 〓', () => {
  const { bytes, missing } = slipEscpos({ ...SAMPLE_TICKET, holderName: '李㛃𠮷䶮' }, OPTIONS);
  assert.deepEqual(missing, ['㛃', '𠮷', '䶮']);
  assert(parseEscpos(bytes).text.includes('李〓〓〓'));
});

test('a column of long words is broken, never cut off', () => {
  const long = {
    ...SAMPLE_TICKET,
    holderName: 'x'.repeat(70),
    type: { 'zh-CN': '家'.repeat(40), en: 'Family' },
  };
  const { text } = parseEscpos(slipEscpos(long, OPTIONS).bytes);
  for (const row of text.split('\n')) assert(columnsOf(row) <= 48, row);
  assert.equal(text.split('x').length, SAMPLE_TICKET.event.name.en.split('x').length + 70);
  assert.equal(text.split('家').length - 1, 40);
});

test('every two-byte character decodes to what was encoded', () => {
  const decoder = new TextDecoder('gb18030');
  for (let codePoint = 0x4e00; codePoint <= 0x9fa5; codePoint += 1) {
    const character = String.fromCodePoint(codePoint);
    const { bytes, missing } = encodeGb18030(character);
    assert.deepEqual([decoder.decode(bytes), missing.length], [character, 0]);
  }
});
