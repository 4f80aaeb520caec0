// A hub of two nodes on a cluster of three, behind HAProxy, with TLS on every line: everything that is shipped,
// on loopback.
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '#drill/network/free-port.ts';
import type { Request } from '../../../src/drill/load/connection.ts';
import { ServerProcess } from '../../../src/drill/server-process.ts';
import { until } from '../../../src/testing/waiting.ts';
import { makeCertificates } from './certificates.ts';
import { startBalancer } from './haproxy.ts';
import { type PatroniCluster, postgresUser } from './patroni-cluster.ts';
import type { Program } from './program.ts';

const READY_MS = 60_000;
const ANSWER_MAX_MS = 10_000;
const ASKED_FOR_MS = 20_000;

export type Answer = { readonly status: number; readonly body: unknown; readonly ms: number };

/** A directory that PostgreSQL's user can reach, and certificates in it. */
export function makeGround() {
  const owner = postgresUser();
  const dir = mkdtempSync('/tmp/kaimen-hub-');
  chmodSync(dir, 0o755);
  chownSync(dir, owner.uid, owner.gid);
  const tls = path.join(dir, 'tls');
  mkdirSync(tls);
  makeCertificates(tls, owner);
  return { dir, tls, owner, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export type Ground = ReturnType<typeof makeGround>;

/** One node of a hub as a process, started again where it was. */
class HubNodeProcess {
  readonly port: number;
  readonly dataDir: string;
  readonly #ground: Ground;
  readonly #databaseUrl: () => string;
  #process: ServerProcess | null = null;

  constructor(ground: Ground, name: string, port: number, databaseUrl: () => string) {
    this.#ground = ground;
    this.port = port;
    this.dataDir = path.join(ground.dir, name);
    this.#databaseUrl = databaseUrl;
  }

  get process(): ServerProcess {
    if (this.#process === null) throw new Error('the node was not started');
    return this.#process;
  }

  async start(): Promise<this> {
    const { tls } = this.#ground;
    const files = ['--tls-cert', `${tls}/hub-chain.pem`, '--tls-key', `${tls}/hub-key.pem`];
    this.#process = await ServerProcess.start(
      this.dataDir,
      this.port,
      [...files, '--proxies', '127.0.0.1', '--ca', `${tls}/ca.pem`],
      { env: { DATABASE_URL: this.#databaseUrl(), NODE_EXTRA_CA_CERTS: `${tls}/ca.pem` } },
    );
    return this;
  }

  async kill(): Promise<void> {
    await this.process.kill();
  }

  async stop(): Promise<void> {
    if (this.#process?.isRunning === true) await this.#process.kill();
  }
}

export class Hub {
  readonly ground: Ground;
  readonly cluster: PatroniCluster;
  readonly nodes: HubNodeProcess[] = [];
  url = '';
  #balancer: Program | null = null;
  #adminToken = '';

  constructor(ground: Ground, cluster: PatroniCluster) {
    this.ground = ground;
    this.cluster = cluster;
  }

  /** Its address, at which nobody answers before {@link start}. */
  async prepare(name: string): Promise<this> {
    const url = () => this.cluster.databaseUrl();
    for (const index of [1, 2]) {
      const port = await freePort();
      this.nodes.push(new HubNodeProcess(this.ground, `${name}-${index}`, port, url));
    }
    const port = await freePort();
    const [first, second] = this.nodes.map((node) => `127.0.0.1:${node.port}`);
    this.url = `https://127.0.0.1:${port}`;
    this.#balancer = startBalancer(this.ground, 'hub', {
      KAIMEN_BIND: `127.0.0.1:${port}`,
      KAIMEN_NODE_1: first ?? '',
      KAIMEN_NODE_2: second ?? '',
    });
    return this;
  }

  /** @param like - a hub that is this one in another region: its key, and its administrator */
  async start(like: Hub | null = null): Promise<this> {
    for (const node of this.nodes) {
      mkdirSync(node.dataDir);
      const from = like?.nodes[0] ?? this.nodes[0];
      if (from !== undefined && from !== node) {
        copyFileSync(`${from.dataDir}/master-key`, `${node.dataDir}/master-key`);
      }
      await node.start();
    }
    this.#adminToken = like?.adminToken ?? this.nodes[0]?.process.adminToken ?? '';
    const isUp = ({ status }: Answer) => status === 200;
    await until(READY_MS, () => this.send({ path: '/healthz', method: 'GET' }), isUp);
    return this;
  }

  get adminToken(): string {
    return this.#adminToken;
  }

  /** Status 0: no answer came. */
  async send({ method, path: address, token, body, headers }: Request): Promise<Answer> {
    const startedAt = performance.now();
    const isText = typeof body === 'string';
    const type = isText ? 'text/csv' : 'application/json';
    try {
      const response = await fetch(`${this.url}${address}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        signal: AbortSignal.timeout(ANSWER_MAX_MS),
        headers: {
          authorization: `Bearer ${token ?? this.adminToken}`,
          ...(body === undefined ? {} : { 'content-type': type }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const ms = performance.now() - startedAt;
      return { status: response.status, body: jsonOf(text), ms };
    } catch {
      return { status: 0, body: null, ms: performance.now() - startedAt };
    }
  }

  /** Again while it is told to come again: lanes go first on a machine that is busy. */
  async ask<T>(request: Request): Promise<T> {
    const until = performance.now() + ASKED_FOR_MS;
    let answer = await this.send(request);
    while (answer.status === 503 && performance.now() < until) {
      await pause(500);
      answer = await this.send(request);
    }
    if (answer.status !== 200) {
      throw new Error(`${request.path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body as T;
  }

  async stop(): Promise<void> {
    await this.#balancer?.end();
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
