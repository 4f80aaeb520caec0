// The real server in this process on a database under test: started by the same code as `serve`, asked over
// HTTP. A second one on the same database is a second node of the hub.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Problem } from '#protocol/problem.ts';
import { type Log, silentLog } from '#server/platform/log.ts';
import { type RunningServer, startServer } from '#server/start-server.ts';
import { LiveStream } from './live-stream.ts';
import type { TestDatabase } from './postgres.ts';

const ANSWER_MAX_MS = 20_000;

export type Asked = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

type HttpNodeOptions = {
  readonly log?: Log;
  readonly beside?: HttpNode;
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | null;
  /** Where it listened before, so that others find it again. */
  readonly port?: number;
  /** A box in the ground: what “edge enrol” printed, and where its hub is. */
  readonly edge?: { readonly token: string; readonly hubUrl: string };
  /** Says where the cell is. */
  readonly cellFile?: string | null;
  /** Put into the data directory before it starts, by their names. */
  readonly files?: Readonly<Record<string, string>>;
  /** Says how messages leave. */
  readonly outboxFile?: string;
};

export class HttpNode implements AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  readonly #server: RunningServer;
  readonly #ownsDir: boolean;
  #isStopped = false;

  private constructor(server: RunningServer, dataDir: string, ownsDir: boolean) {
    this.#server = server;
    this.url = server.url;
    this.dataDir = dataDir;
    this.#ownsDir = ownsDir;
  }

  /** @param beside - the first node of the hub, whose keys this one shares */
  static async start(
    database: TestDatabase,
    {
      log = silentLog,
      beside,
      tls = null,
      port = 0,
      edge,
      cellFile = null,
      files = {},
      outboxFile,
    }: HttpNodeOptions = {},
  ): Promise<HttpNode> {
    const dataDir = beside?.dataDir ?? mkdtempSync(path.join(os.tmpdir(), 'kaimen-http-'));
    if (edge !== undefined) writeFileSync(path.join(dataDir, 'edge-token'), edge.token);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(dataDir, name)), { recursive: true });
      writeFileSync(path.join(dataDir, name), content);
    }
    const pool = new pg.Pool({ ...database.connection, max: 6 });
    const claimPool = new pg.Pool({ ...database.connection, max: 4 });
    const consolePool = new pg.Pool({ ...database.connection, max: 4 });
    const pools = [pool, claimPool, consolePool];
    for (const each of pools) each.on('error', () => {});
    const server = await startServer(
      {
        command: 'serve',
        host: '127.0.0.1',
        port,
        dataDir,
        role: edge === undefined ? 'all' : 'edge',
        hubAddress: edge?.hubUrl ?? null,
        caFile: null,
        cellFile,
        outboxFile: outboxFile ?? null,
        databaseUrl: null,
        tls,
        logLevel: 'info',
        backupFile: null,
        masterKeyFile: null,
        isJson: false,
      },
      '0.0.0',
      log,
      {
        pool,
        claimPool,
        consolePool,
        bulkPool: consolePool,
        isDiskFull: () => false,
        async close() {
          await Promise.all(pools.map((each) => each.end()));
        },
      },
    );
    return new HttpNode(server, dataDir, beside === undefined);
  }

  get adminToken(): string {
    return readFileSync(path.join(this.dataDir, 'admin-token'), 'utf8').trim();
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    await this.#server.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#ownsDir) rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** As the administrator, unless another token is given. */
  fetch(address: string, { method, token, body, headers }: Asked = {}): Promise<Response> {
    const isText = typeof body === 'string';
    return fetch(`${this.url}${address}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
      headers: {
        authorization: `Bearer ${token ?? this.adminToken}`,
        ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
  }

  async ask<T = Record<string, unknown>>(address: string, asked: Asked = {}): Promise<T> {
    const response = await this.fetch(address, asked);
    const text = await response.text();
    assert.equal(response.status, 200, `${asked.method ?? ''} ${address}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** The live feed of an event, as the administrator's console hears it. */
  listen(event: string): Promise<LiveStream> {
    return LiveStream.open(`${this.url}/api/v1/events/${event}/live`, this.adminToken);
  }

  /** Asks for what must be refused with this status. */
  async refuses(status: number, address: string, asked: Asked = {}): Promise<Problem> {
    const response = await this.fetch(address, asked);
    const text = await response.text();
    assert.equal(response.status, status, `${asked.method ?? ''} ${address}: ${text}`);
    return JSON.parse(text) as Problem;
  }
}
