// A sandbox over HTTP: calls of the program, the page on which buyers pay, and signed webhooks back.
import { timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { SandboxBank, type SandboxPayment } from './bank.ts';
import { billCsv } from './bank-bill.ts';
import { faultOf, type Misbehaviour, WELL_BEHAVED } from './misbehaviour.ts';
import { PAGE_HEADERS, payPage } from './pay-page.ts';
import { type SandboxFact, sandboxAct, sandboxBegin } from './sandbox-messages.ts';
import { SIGNATURE_HEADER, sign } from './signature.ts';

export type SandboxOptions = {
  /** Shared with the program: of its calls, and of webhooks. */
  readonly secret: string;
  readonly misbehaviour?: Misbehaviour;
  readonly port?: number;
  readonly host?: string;
  /** A buyer who pays late does so after this long. */
  readonly lateMs?: number;
  readonly webhookDelayMs?: number;
};

const BODY_BYTES_MAX = 64 * 1024;
const WEBHOOK_TRIES_MAX = 5;
const WEBHOOK_AGAIN_MS = 200;
const WEBHOOK_WITHIN_MS = 5_000;

type Answer = { readonly status: number; readonly body: unknown };

export class SandboxServer implements AsyncDisposable {
  readonly bank = new SandboxBank();
  misbehaviour: Misbehaviour;
  readonly #options: SandboxOptions;
  readonly #server: http.Server;
  readonly #stopping = new AbortController();
  readonly #times = new Map<string, number>();
  #url = '';

  private constructor(options: SandboxOptions) {
    this.#options = options;
    this.misbehaviour = options.misbehaviour ?? WELL_BEHAVED;
    this.bank.onFact = (payment, fact) => {
      this.#notify(payment, fact).catch(() => {});
    };
    this.#server = http.createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: SandboxOptions): Promise<SandboxServer> {
    const sandbox = new SandboxServer(options);
    const { port = 0, host = '127.0.0.1' } = options;
    await new Promise<void>((resolve, reject) => {
      sandbox.#server.once('error', reject).listen(port, host, resolve);
    });
    const address = sandbox.#server.address();
    const bound = address !== null && typeof address === 'object' ? address.port : port;
    sandbox.#url = `http://${host}:${bound}`;
    return sandbox;
  }

  get url(): string {
    return this.#url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.#url);
    const [, area = '', name = '', act = ''] = pathname.split('/');
    if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) {
      response.writeHead(413).end();
      return;
    }
    if (area === 'pay') return await this.#servePage(request, response, name);
    if (!this.#isOurs(request)) {
      response.writeHead(401).end();
      return;
    }
    if (area === 'bill') {
      response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' });
      response.end(billCsv(this.bank.all(), name));
      return;
    }
    const body = request.method === 'POST' ? await text(request) : '';
    const what = `${act || request.method} ${name || body.slice(0, 200)}`;
    const fault = faultOf(this.misbehaviour, 'call', `${what} ${this.#nth(what)}`);
    if (fault === 'fail-before') {
      response.writeHead(500).end();
      return;
    }
    const answer = area === 'payments' ? this.#call(name, act, body) : NOT_FOUND;
    if (fault === 'hang') return;
    response.writeHead(fault === 'fail-after' ? 502 : answer.status, {
      'content-type': 'application/json',
    });
    response.end(fault === 'fail-after' ? '' : JSON.stringify(answer.body));
  }

  #call(name: string, act: string, body: string): Answer {
    if (name === '') {
      const begun = sandboxBegin.safeParse(parsed(body));
      if (!begun.success) return malformed(begun.error.message);
      const { ref } = this.bank.begin(begun.data);
      return { status: 200, body: { ref, payUrl: `${this.#url}/pay/${ref}` } };
    }
    const payment = this.bank.find(name);
    if (payment === null) return NOT_FOUND;
    if (act === '') return { status: 200, body: { kind: 'facts', facts: payment.facts } };
    if (act !== 'capture' && act !== 'void' && act !== 'refund') return NOT_FOUND;
    const asked = sandboxAct.safeParse(parsed(body));
    if (!asked.success) return malformed(asked.error.message);
    return { status: 200, body: this.bank[act](payment, asked.data) };
  }

  async #servePage(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    ref: string,
  ): Promise<void> {
    const payment = this.bank.findByRef(ref);
    if (payment === null) {
      response.writeHead(404).end();
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(200, PAGE_HEADERS);
      response.end(payPage(payment, request.headers['accept-language']));
      return;
    }
    const outcome = new URLSearchParams(await text(request)).get('outcome');
    if (outcome === 'decline') this.bank.decline(payment);
    else if (outcome === 'pay') this.#buyerPays(payment);
    response.writeHead(303, { location: payment.begun.returnUrl }).end();
  }

  #buyerPays(payment: SandboxPayment): void {
    const { amountMinor, payment: id } = payment.begun;
    const fault = faultOf(this.misbehaviour, 'pay', `${id} ${this.#nth(`pay ${id}`)}`);
    if (fault === 'late') {
      const { lateMs = 60_000 } = this.#options;
      pause(lateMs, null, { signal: this.#stopping.signal, ref: false }).then(
        () => this.bank.pay(payment, amountMinor),
        () => {},
      );
      return;
    }
    if (fault === 'double') {
      // Both buttons of a hasty buyer were pressed before either was heard.
      this.bank.pay(payment, amountMinor);
      payment.isClosed = false;
    }
    this.bank.pay(payment, fault === 'wrong-amount' ? amountMinor + 1 : amountMinor);
  }

  async #notify(payment: SandboxPayment, fact: SandboxFact): Promise<void> {
    const event = `${fact.kind}-${fact.ref}`;
    const fault = faultOf(this.misbehaviour, 'webhook', event);
    if (fault === 'lost') return;
    const { signal } = this.#stopping;
    const { webhookDelayMs = 1_500 } = this.#options;
    if (fault === 'delayed') await pause(webhookDelayMs, null, { signal, ref: false });
    const body = JSON.stringify({ event, fact });
    for (let left = fault === 'twice' ? 2 : 1; left > 0; left--) {
      await this.#deliver(payment.begun.notifyUrl, body);
    }
  }

  async #deliver(url: string, body: string): Promise<void> {
    const { signal } = this.#stopping;
    for (let tries = 0; tries < WEBHOOK_TRIES_MAX; tries++) {
      const signature = sign(this.#options.secret, body, Date.now());
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(WEBHOOK_WITHIN_MS)]),
      }).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok === true) return;
      await pause(WEBHOOK_AGAIN_MS * 2 ** tries, null, { signal, ref: false });
    }
  }

  #nth(what: string): number {
    const n = (this.#times.get(what) ?? 0) + 1;
    this.#times.set(what, n);
    return n;
  }

  #isOurs({ headers }: http.IncomingMessage): boolean {
    const said = Buffer.from(headers.authorization ?? '');
    const expected = Buffer.from(`Bearer ${this.#options.secret}`);
    return said.length === expected.length && timingSafeEqual(said, expected);
  }
}

const NOT_FOUND: Answer = { status: 404, body: { detail: 'there is no such thing' } };

function malformed(detail: string): Answer {
  return { status: 400, body: { detail } };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
