// The page of a network that wants people to sign in: whatever is asked, it is the answer, and it says 200.
import type { Socket } from 'node:net';

const PAGE = '<!doctype html><title>Welcome</title><h1>Sign in to the guest network</h1>';
const ANSWER = [
  'HTTP/1.1 200 OK',
  'content-type: text/html; charset=utf-8',
  `content-length: ${PAGE.length}`,
  'connection: close',
  '',
  PAGE,
].join('\r\n');

export function portalPage(near: Socket): void {
  near.once('data', () => near.end(ANSWER));
}
