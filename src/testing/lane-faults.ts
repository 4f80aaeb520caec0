// What stands in a lane's way besides silence: portals, proxies, slow lines, somebody else's server.
import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * `portal`: answers everything with 200 and a page · `forbidding`: with 403 and a page · `redirect`: sends
 * everybody elsewhere · `truncated`: half of every answer · `slow`: every answer late · `stranger`: another
 * club's server, which knows none of our devices.
 */
export const SPOILERS = [
  'portal',
  'forbidding',
  'redirect',
  'truncated',
  'slow',
  'stranger',
] as const;
export type Spoiler = (typeof SPOILERS)[number];

export const SLOW_MS = 2_000;

const PAGE = '<!doctype html><title>Welcome</title><p>Please accept our terms.</p>';

export type Answer = { readonly status: number; readonly body: unknown };

/** Answers as the spoiler would, given what the true server had answered. */
export async function answerSpoilt(
  spoiler: Spoiler,
  pathname: string,
  response: http.ServerResponse,
  answer: () => Answer,
): Promise<void> {
  switch (spoiler) {
    case 'portal':
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      return;
    case 'forbidding':
      response.writeHead(403, { 'content-type': 'text/html' }).end(PAGE);
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:9/terms' }).end();
      return;
    case 'truncated': {
      const text = JSON.stringify(answer().body);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(text.slice(0, text.length / 2));
      return;
    }
    case 'slow': {
      const { status, body } = answer();
      await sleep(SLOW_MS);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    case 'stranger': {
      const isHealth = pathname === '/healthz';
      const refusal = { type: 'about:blank', title: 'x', status: 401, code: 'unauthenticated' };
      response.writeHead(isHealth ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isHealth ? { status: 'ok', store: 'another' } : refusal));
      return;
    }
  }
}
