// What is particular to browsers: their cookies, and that another page may make them ask on its behalf.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from './problem.ts';

/** `__Host-`: set by this origin alone, for all of it, and only ever sent over TLS (or to localhost). */
export const SESSION_COOKIE = '__Host-kaimen';

/** A session's secret has a form of its own, so that it is never taken for a token, or a token for it. */
export function isSessionSecret(token: string): boolean {
  return /^kms_[a-z2-7]{32}$/.test(token);
}

export function cookieOf(request: FastifyRequest, name: string): string | null {
  for (const pair of request.headers.cookie?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/** @param seconds - 0 takes the cookie away */
export function setCookie(reply: FastifyReply, name: string, value: string, seconds: number): void {
  const cookie = `${name}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`;
  const set = reply.getHeader('set-cookie');
  const before = Array.isArray(set) ? set : set === undefined ? [] : [String(set)];
  void reply.header('set-cookie', [...before, cookie]);
}

export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/**
 * A browser names the page that makes it write. Only our own may.
 *
 * @throws HttpProblem `forbidden` when the request names another origin, or none
 */
export function refuseForeignOrigin(request: FastifyRequest): void {
  if (isOwn(request)) return;
  throw new HttpProblem('forbidden', {
    detail: 'this request does not come from a page of this server',
    mend: 'open the console at the address that the server is reached by, or send a token in a header',
  });
}

function isOwn(request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

/** The address of this server as the browser knows it; a passkey is bound to it. */
export function originOf(request: FastifyRequest): string {
  return request.headers.origin ?? `${request.protocol}://${request.headers.host ?? 'localhost'}`;
}
