// A thread that draws: one chunk for each `next`, null at the end.
import { parentPort, workerData } from 'node:worker_threads';
import { symbolSheetParts } from '#server/paper/symbol.ts';
import type { TicketFace } from '#server/paper/ticket-face.ts';
import { ticketPdfStream } from '#server/paper/ticket-pdf.ts';

type Work = {
  readonly format: 'pdf' | 'svg';
  readonly faces: readonly TicketFace[];
  readonly printedAt: number;
};

const { format, faces, printedAt } = workerData as Work;
const chunks = draw();

parentPort?.on('message', () => {
  chunks.next().then(
    ({ done, value }) => {
      parentPort?.postMessage(done === true ? null : value);
      if (done === true) parentPort?.close();
    },
    (error: Error) => {
      throw error;
    },
  );
});

async function* draw(): AsyncGenerator<Uint8Array> {
  if (format === 'svg') {
    const encoder = new TextEncoder();
    for (const part of symbolSheetParts(faces)) yield encoder.encode(part);
  } else if (faces.length > 0) {
    yield* (await ticketPdfStream(faces, { printedAt })).chunks;
  }
}
