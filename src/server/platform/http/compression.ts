import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const gzipped = promisify(gzip);
const zstandard = promisify(zstdCompress);
/** Below this the header costs more than it saves. */
const COMPRESS_FROM_BYTES = 1_024;

/** Sends JSON text, compressed off the event loop in what the caller takes; zstd before gzip. */
export async function sendCompressed(
  request: FastifyRequest,
  reply: FastifyReply,
  json: string,
): Promise<FastifyReply> {
  void reply.type('application/json; charset=utf-8').header('vary', 'accept-encoding');
  const accepted = String(request.headers['accept-encoding'] ?? '');
  if (json.length < COMPRESS_FROM_BYTES) return reply.send(json);
  if (/\bzstd\b/.test(accepted)) {
    const params = { [constants.ZSTD_c_compressionLevel]: 6 };
    return reply.header('content-encoding', 'zstd').send(await zstandard(json, { params }));
  }
  if (/\bgzip\b/.test(accepted)) {
    return reply.header('content-encoding', 'gzip').send(await gzipped(json, { level: 6 }));
  }
  return reply.send(json);
}
