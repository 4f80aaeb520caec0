import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCodes, proofPages, readCodes } from '#testing/proof.ts';
import { SAMPLE_TICKET, sampleCode } from './sample-ticket.ts';
import { ticketPdf, ticketPdfStream } from './ticket-pdf.ts';

const DPI = 120;
const OPTIONS = { printedAt: Date.parse('2026-11-20T10:15:00+08:00') };

test('a ticket is one A4 page of at most 10 KB', async () => {
  const { bytes, missing } = await ticketPdf([SAMPLE_TICKET], OPTIONS);
  assert(bytes.length <= 10 * 1024, `${bytes.length} bytes`);
  assert.deepEqual(missing, []);
  const [page, ...more] = await proofPages(bytes, DPI);
  assert.deepEqual(
    [Math.round(page?.widthMm ?? 0), Math.round(page?.heightMm ?? 0), more.length],
    [210, 297, 0],
  );
});

test('the code on the page reads back and is at least 35 mm wide', async () => {
  const { bytes } = await ticketPdf([SAMPLE_TICKET], OPTIONS);
  const [page] = await proofPages(bytes, DPI);
  assert(page);
  const [code, ...more] = await findCodes(page);
  assert.deepEqual([code?.text, more.length], [SAMPLE_TICKET.code, 0]);
  const widthMm = ((code?.widthPx ?? 0) / DPI) * 25.4;
  assert(widthMm >= 35, `${widthMm} mm`);
});

test('every page of a long document carries its own code', async () => {
  const tickets = Array.from({ length: 24 }, (_, index) => ({
    ...SAMPLE_TICKET,
    code: sampleCode(index),
  }));
  const { bytes } = await ticketPdf(tickets, OPTIONS);
  const pages = await proofPages(bytes, DPI / 2);
  const codes = await Promise.all(pages.map((page) => readCodes(page)));
  assert.deepEqual(
    codes.flat(),
    tickets.map((ticket) => ticket.code),
  );
  assert(bytes.length / tickets.length < 4_000, `${bytes.length / tickets.length} bytes a page`);
});

test('a long document can be taken in pieces', async () => {
  const tickets = Array.from({ length: 20 }, (_, index) => ({
    ...SAMPLE_TICKET,
    code: sampleCode(index),
  }));
  const { chunks } = await ticketPdfStream(tickets, OPTIONS);
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  assert(pieces.length >= 20);
  assert.equal((await proofPages(Buffer.concat(pieces), 20)).length, 20);
});

test('a ticket without seat, gate, holder or order, for three, with a foreign code, still reads', async () => {
  const bare = {
    ...SAMPLE_TICKET,
    stand: null,
    section: null,
    row: null,
    seat: null,
    gates: [],
    holderName: null,
    orderRef: null,
    admits: 3,
    code: 'https://old.example.org/t?c=9f3aa81&k=北看台',
  };
  const [page] = await proofPages((await ticketPdf([bare], OPTIONS)).bytes, DPI);
  assert(page);
  assert.deepEqual(await readCodes(page), [bare.code]);
});

test('tells which characters of a name have no shape', async () => {
  const { missing } = await ticketPdf([{ ...SAMPLE_TICKET, holderName: '李䶮' }], OPTIONS);
  assert.deepEqual(missing, ['䶮']);
});

test('the same tickets give the same bytes', async () => {
  const [first, second] = await Promise.all([1, 2].map(() => ticketPdf([SAMPLE_TICKET], OPTIONS)));
  assert.deepEqual(first, second);
});
