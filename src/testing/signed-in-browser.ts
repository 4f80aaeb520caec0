// A browser as the server sees it: it keeps cookies and names the page that asks.
import assert from 'node:assert/strict';
import { Secret, TOTP } from 'otpauth';

const ANSWER_MAX_MS = 20_000;
export const PASSWORD = 'north stand at dusk';

type Asked = { readonly method?: string; readonly body?: unknown; readonly origin?: string | null };

export class SignedInBrowser {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  /** Of the one-time codes, once an invitation was accepted. */
  totp: TOTP | null = null;

  constructor(url: string) {
    this.url = url;
  }

  async fetch(address: string, { method, body, origin = this.url }: Asked = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.url}/api/v1${address}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(origin === null ? {} : { origin }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = set.split('; ');
      const at = pair.indexOf('=');
      if (attributes.includes('Max-Age=0')) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  async ask<T = Record<string, unknown>>(address: string, asked: Asked = {}): Promise<T> {
    const response = await this.fetch(address, asked);
    const text = await response.text();
    assert.equal(response.status, 200, `${address}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** @returns the problem's words */
  async refused(status: number, address: string, asked: Asked = {}): Promise<string> {
    const response = await this.fetch(address, asked);
    const text = await response.text();
    assert.equal(response.status, status, `${address}: ${text}`);
    return text;
  }

  /** @returns the recovery codes */
  async accept(code: string, password = PASSWORD): Promise<string[]> {
    const { secret } = await this.ask<{ secret: string }>('/session/invitation', {
      body: { code },
    });
    this.totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const body = { code, password, oneTimeCode: this.totp.generate() };
    const { recoveryCodes } = await this.ask<{ recoveryCodes: string[] }>(
      '/session/invitation/accept',
      { body },
    );
    return recoveryCodes;
  }

  /** @param steps - how many half minutes from now the code is of */
  oneTimeCode(steps = 0): string {
    assert.ok(this.totp !== null, 'accept an invitation first');
    return this.totp.generate({ timestamp: Date.now() + steps * 30_000 });
  }
}
