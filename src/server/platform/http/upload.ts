// A file as the body of a request: streamed to whoever reads it, never held whole.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RowProblem } from '#protocol/tickets.ts';
import { CsvFileError } from '../csv-text.ts';
import { keyedRequest } from '../idempotency/keyed-request.ts';
import { HttpProblem } from './problem.ts';

/** Leaves bodies of text/csv to {@link uploadedCsv}. */
export function acceptCsv(app: FastifyInstance): void {
  app.addContentTypeParser('text/csv', (_request, _payload, done) => done(null, undefined));
}

/** @throws HttpProblem `unsupported-media-type`, `request-too-large` */
export async function* uploadedCsv(
  request: FastifyRequest,
  bytesMax: number,
): AsyncGenerator<Buffer> {
  if (request.headers['content-type']?.startsWith('text/csv') !== true) {
    throw new HttpProblem('unsupported-media-type', { mend: 'send Content-Type: text/csv' });
  }
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  let bytes = 0;
  const hash = createHash('sha256');
  try {
    // Whoever stops reading early has an answer to give: the connection must live to carry it.
    for await (const part of request.raw.iterator({ destroyOnReturn: false })) {
      bytes += (part as Buffer).length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      hash.update(part as Buffer);
      yield part as Buffer;
    }
    const keyed = keyedRequest();
    if (keyed !== null) keyed.bodyHash = hash.digest();
  } finally {
    // Senders that read the answer only after their last byte would wait for ever.
    request.raw.resume();
  }
}

/** Reads a file for its hash alone: whoever repeats an import repeats the file. */
export async function drainedHash(request: FastifyRequest, bytesMax: number): Promise<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of request.raw) {
    bytes += (part as Buffer).length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    hash.update(part as Buffer);
  }
  return hash.digest();
}

function tooLarge(bytesMax: number): HttpProblem {
  return new HttpProblem('request-too-large', {
    detail: `the file is larger than ${bytesMax / 1024 / 1024} MB`,
    mend: 'send it in parts',
  });
}

/** @param mend - what to do about rows; a file that cannot be read at all is to be mended first */
export function refusedFile(
  problems: readonly RowProblem[],
  bad: number,
  mend: string,
): HttpProblem {
  const errors = problems.map(({ line, column, message }) => ({
    field: column === null ? `line ${line}` : `line ${line}, ${column}`,
    message,
  }));
  const first = errors[0];
  const rest = bad > 1 ? ` (and ${bad - 1} more)` : '';
  const detail = `${first?.field}: ${first?.message}${rest}`;
  return new HttpProblem('refused-file', { detail, mend, errors });
}

/** What a file that cannot be read is answered with; everything else goes through. */
export function asRefusedFile(error: unknown): unknown {
  if (!(error instanceof CsvFileError)) return error;
  const { line, message } = error;
  return refusedFile([{ line, column: null, message }], 1, 'correct it and send the file again');
}
