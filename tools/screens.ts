// Pictures of the papers for the README and docs/screens: `node tools/screens.ts`. Drawn by the server's own
// code and rasterised as a printer would, with the match of docs/first-evening and a code of fixtures/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { parseInstant } from '#domain/kernel/instant.ts';
import { eventFile } from '#protocol/event-file.ts';
import { boardPdf } from '#server/paper/board-pdf.ts';
import { slipPdf } from '#server/paper/slip-pdf.ts';
import type { TicketFace } from '#server/paper/ticket-face.ts';
import { ticketPdf } from '#server/paper/ticket-pdf.ts';
import { type ProofPage, proofPages } from '#testing/proof.ts';

const ROOT = new URL('../', import.meta.url);
const SCREENS = new URL('docs/screens/', ROOT);

const event = eventFile.parse(json('docs/first-evening/event.json'));
const { text: code } = json('fixtures/credentials-valid.json').ticketCodes[0];
const printedAt = moment(event.doorsAt);
const [north, near] = event.gates;
if (north === undefined || near === undefined) throw new Error('the match has two gates');

const ticket: TicketFace = {
  event: {
    name: event.name,
    venue: event.venue.name,
    timeZone: event.venue.timeZone,
    doorsAt: moment(event.doorsAt),
    startsAt: moment(event.startsAt),
  },
  ref: 'HY-000001',
  type: { 'zh-CN': '成人票', en: 'Adult' },
  stand: '北看台',
  section: 'N101',
  row: '7',
  seat: '1',
  gates: [north.name],
  entryFrom: moment(event.doorsAt),
  holderName: '林晓雨',
  orderRef: 'O-00001',
  admits: 1,
  code,
  shortId: 'QK7M-2TAZ',
};

mkdirSync(SCREENS, { recursive: true });
await picture('ticket', (await ticketPdf([ticket], { printedAt })).bytes, 72);
await picture('slip', (await slipPdf(ticket, { printedAt, duplicate: false })).bytes, 110);
await picture(
  'board',
  (
    await boardPdf({
      closed: near.name,
      use: north.name,
      arrow: 'left',
      page: 'A4',
      issuedAt: printedAt,
      timeZone: event.venue.timeZone,
    })
  ).bytes,
  60,
);
process.exit();

async function picture(name: string, pdf: Uint8Array, dotsPerInch: number): Promise<void> {
  const [page] = await proofPages(pdf, dotsPerInch);
  if (page === undefined) throw new Error(`${name} has no page`);
  const png = pngOf(page);
  writeFileSync(new URL(`${name}.png`, SCREENS), png);
  process.stdout.write(
    `docs/screens/${name}.png  ${page.width} × ${page.height}  ${png.length} bytes\n`,
  );
}

/** PNG (RFC 2083) with 8-bit RGB and no filter: pages are mostly one white. */
function pngOf({ pixels, width, height }: ProofPage): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 4;
      const to = y * (1 + width * 3) + 1 + x * 3;
      for (let channel = 0; channel < 3; channel++) {
        rows[to + channel] = pixels[from + channel] ?? 255;
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

function json(path: string) {
  return JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'));
}

function moment(text: string): number {
  return parseInstant(text) ?? 0;
}
