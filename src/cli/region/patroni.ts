// What the command asks of Patroni's members: how their cluster is, and to stand by no longer.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { CommandFailure } from '#cli/failure.ts';

const ANSWER_MAX_MS = 5_000;

export type PatroniOptions = {
  /** Of members, such as https://10.2.0.11:8008; the first that answers is asked. */
  readonly members: readonly string[];
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
};

export type ClusterShown = {
  readonly scope: string | null;
  readonly members: readonly {
    readonly name: string;
    readonly role: string;
    readonly state: string;
  }[];
};

export class Patroni {
  readonly #members: readonly string[];
  readonly #tls: { readonly cert: string; readonly key: string; readonly ca: string };

  constructor({ members, certFile, keyFile, caFile }: PatroniOptions) {
    this.#members = members;
    this.#tls = { cert: read(certFile), key: read(keyFile), ca: read(caFile) };
  }

  async cluster(): Promise<ClusterShown> {
    const [body, own] = await Promise.all([
      this.#first('GET', '/cluster'),
      this.#first('GET', '/'),
    ]);
    const { members = [] } = body as Partial<ClusterShown>;
    const { patroni } = own as { patroni?: { scope?: string } };
    return { scope: patroni?.scope ?? null, members };
  }

  /** From here on its own leader, which no longer copies from elsewhere. */
  async standAlone(): Promise<void> {
    await this.#first('PATCH', '/config', { standby_cluster: null });
  }

  /** @returns the member whose PostgreSQL has become the primary; null while none has */
  async primary(): Promise<string | null> {
    const asked = this.#members.map(async (member) => {
      const answer = await this.#ask(member, 'GET', '/patroni').catch(() => null);
      const { role, state } = JSON.parse(answer?.text ?? '{}') as { role?: string; state?: string };
      return state === 'running' && (role === 'master' || role === 'primary') ? member : null;
    });
    return (await Promise.all(asked)).find((member) => member !== null) ?? null;
  }

  async #first(method: string, address: string, body?: unknown): Promise<unknown> {
    let last = 'no member was named';
    for (const member of this.#members) {
      try {
        const { status, text } = await this.#ask(member, method, address, body);
        // How a member that is no primary says how it is.
        if (status < 400 || (method === 'GET' && status === 503)) return JSON.parse(text);
        last = `${member} answered ${status}: ${text.slice(0, 200)}`;
      } catch (error) {
        last = `${member}: ${(error as Error).message}`;
      }
    }
    throw new CommandFailure(`no member of the cluster did it; ${last}`, {
      code: 'patroni-unreachable',
      mend: 'check --patroni, and that --cert is of the authority that the members name as cafile',
    });
  }

  async #ask(
    member: string,
    method: string,
    address: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return await new Promise((resolve, reject) => {
      const request = https.request(
        new URL(address, member),
        {
          ...this.#tls,
          method,
          agent: false,
          timeout: ANSWER_MAX_MS,
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            answer += part;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text: answer }));
          response.on('error', reject);
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer in time')));
      request.on('error', reject);
      request.end(text);
    });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file}: ${(error as Error).message}`, { code: 'file' });
  }
}
