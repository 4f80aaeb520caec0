// `/gate/`, `/console/` and `/shop/`: the web apps of this very server, from the same origin as the API.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem, sendProblem } from '#server/platform/http/problem.ts';
import { type WebFile, WebFiles } from './web-files.ts';

const APPS = ['gate', 'console', 'shop'] as const;
const BUILT = new URL('../../../build/web/', import.meta.url).pathname;
const BUILT_BEFORE = new URL('../../../build/web-previous/', import.meta.url).pathname;
const A_YEAR = 'public, max-age=31536000, immutable';

/**
 * @param isTls - a plain server is on loopback, and so may be the other addresses of a lane
 * @param folders - of the present build, and of the one before, to which a gate may be moved back
 */
export function addWebRoutes(
  app: FastifyInstance,
  isTls: boolean,
  folders: readonly [string, string] = [BUILT, BUILT_BEFORE],
): void {
  const [files, before] = [new WebFiles(folders[0]), new WebFiles(folders[1])];
  const headers = headersOf(isTls);
  for (const name of APPS) {
    const handler = (request: FastifyRequest, reply: FastifyReply) => {
      const address = request.url.split('?', 1)[0] ?? '';
      const file =
        name === 'gate' ? fileOfGate(files, before, request) : fileOf(files, name, address);
      if (file !== null) return send(request, reply.headers(headers), file);
      return sendProblem(reply, files.isBuilt ? notThere(address) : notBuilt());
    };
    const config = { rule: { allow: 'public' }, priority: 'control' } as const;
    app.route({ method: 'GET', url: `/${name}/*`, config, schema: { hide: true }, handler });
    app.route({
      method: 'GET',
      url: `/${name}`,
      config,
      schema: { hide: true },
      handler: (_request, reply) => reply.redirect(`/${name}/`, 308),
    });
  }
}

/**
 * `?release=` names one of two builds; without it, it is the present one. What is named by a hash is found in either:
 * the page that asks for it may be of the one before.
 */
function fileOfGate(files: WebFiles, before: WebFiles, request: FastifyRequest): WebFile | null {
  const { pathname, searchParams } = new URL(request.url, 'http://here');
  const release = searchParams.get('release');
  if (release !== null) {
    const build = [files, before].find((each) => each.release === release);
    return build === undefined ? null : fileOf(build, 'gate', pathname);
  }
  const file = fileOf(files, 'gate', pathname);
  return file ?? (pathname.includes('/assets/') ? before.find(pathname) : null);
}

function fileOf(files: WebFiles, app: string, address: string): WebFile | null {
  return files.find(address) ?? pageOf(files, app, address);
}

/** An address inside the app, such as `/console/tickets`, is its page; a missing file stays missing. */
function pageOf(files: WebFiles, app: string, address: string): WebFile | null {
  const last = address.slice(address.lastIndexOf('/') + 1);
  return last.includes('.') || address.includes('/assets/') ? null : files.find(`/${app}/`);
}

function send(request: FastifyRequest, reply: FastifyReply, file: WebFile): FastifyReply {
  void reply
    .type(file.type)
    .header('etag', file.etag)
    .header('vary', 'accept-encoding')
    .header('cache-control', file.isImmutable ? A_YEAR : 'no-cache');
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const accepted = String(request.headers['accept-encoding'] ?? '');
  if (file.br !== null && /\bbr\b/.test(accepted)) {
    return reply.header('content-encoding', 'br').send(file.br);
  }
  if (file.gzip !== null && /\bgzip\b/.test(accepted)) {
    return reply.header('content-encoding', 'gzip').send(file.gzip);
  }
  return reply.send(file.plain);
}

/** A page may load what this server sends, and nothing else from anywhere. */
function headersOf(isTls: boolean): Readonly<Record<string, string>> {
  const boxes = isTls ? 'https:' : 'https: http://127.0.0.1:* http://localhost:*';
  return {
    'content-security-policy': [
      "default-src 'none'",
      // The decoder is WebAssembly.
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "media-src 'self' blob:",
      // A lane asks every box of the ground.
      `connect-src 'self' ${boxes}`,
      "worker-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'permissions-policy':
      'camera=(self), serial=(self), hid=(self), screen-wake-lock=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), microphone=(), geolocation=(), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

function notThere(address: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no ${address.slice(0, 100)}`,
    mend: 'open /gate/, /console/ or /shop/',
  });
}

function notBuilt(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'the web apps have not been built',
    mend: 'run “npm run build” in the checkout; script/setup does it too',
  });
}
