// The command line of the server program. Everything else it needs it finds in its data directory.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { namesSeveralHosts } from './cluster/database-url.ts';
import { UsageError } from './usage-error.ts';

export { UsageError };

export type ServeConfig = {
  readonly command: 'serve' | 'restore' | 'rescue' | 'override';
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** `edge`: a box in the ground; the others are a hub. */
  readonly role: 'all' | 'hub' | 'edge';
  /** Of an edge: its hub. */
  readonly hubAddress: string | null;
  /** Certificates trusted besides the well-known ones, when other nodes are asked. */
  readonly caFile: string | null;
  /** Says where the etcd of the venue cell is, and how this node proves itself there. */
  readonly cellFile: string | null;
  /** Says by which servers buyers are told things; without it messages wait. */
  readonly outboxFile?: string | null;
  readonly databaseUrl: string | null;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Load balancers that are believed when they say who asks; by address or network. */
  readonly proxies?: readonly string[];
  /** `strict`: every write is on two machines before it is answered, or this node does not start. */
  readonly replication?: 'strict' | 'any';
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly backupFile: string | null;
  readonly masterKeyFile: string | null;
  /** Not the system that opens the gates: drills may be run against it. */
  readonly isStaging?: boolean;
  /** The result of a restore as one JSON document. */
  readonly isJson: boolean;
};

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** @throws UsageError */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): ServeConfig {
  const { values, positionals } = parse(args);
  const command = positionals[0] ?? 'serve';
  if (!isCommand(command)) {
    throw new UsageError(`unknown command “${command}”: serve, restore, rescue or override`);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port ${values.port}: give a number from 0 to 65535`);
  }
  const { role } = values;
  if (role !== 'all' && role !== 'hub' && role !== 'edge') {
    throw new UsageError(`--role ${role}: all, hub or edge`);
  }
  const tls = tlsFiles(values['tls-cert'], values['tls-key']);
  if (!LOOPBACK.has(values.host) && tls === null) {
    throw new UsageError(
      `--host ${values.host} would send tickets and tokens in the clear: add --tls-cert and --tls-key, or stay on 127.0.0.1`,
    );
  }
  const databaseUrl = databaseUrlOf(env);
  const proxies = proxiesOf(values.proxies);
  const replication = replicationOf(values.replication, databaseUrl);
  const level = values['log-level'];
  if (!isLevel(level))
    throw new UsageError(`--log-level ${level}: debug, info, warn, error or silent`);
  return {
    command,
    host: values.host,
    port,
    dataDir: values.data,
    role,
    hubAddress: hubAddress(role, values.hub),
    caFile: values.ca ?? null,
    cellFile: values.cell ?? null,
    outboxFile: values.outbox ?? null,
    databaseUrl,
    tls,
    proxies,
    replication,
    logLevel: level,
    backupFile: positionals[1] ?? null,
    masterKeyFile: values['master-key'] ?? null,
    isStaging: values.staging,
    isJson: values.json,
  };
}

function isCommand(word: string): word is ServeConfig['command'] {
  return ['serve', 'restore', 'rescue', 'override'].includes(word);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8080' },
        data: { type: 'string', default: './data' },
        role: { type: 'string', default: 'all' },
        hub: { type: 'string' },
        ca: { type: 'string' },
        cell: { type: 'string' },
        outbox: { type: 'string' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
        'master-key': { type: 'string' },
        staging: { type: 'boolean', default: false },
        proxies: { type: 'string' },
        replication: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A password is better kept in a file than in what every process of the machine may list. */
function databaseUrlOf(env: NodeJS.ProcessEnv): string | null {
  const { DATABASE_URL: said, DATABASE_URL_FILE: file } = env;
  if (file === undefined || file === '') return said ?? null;
  if (said !== undefined) {
    throw new UsageError('DATABASE_URL and DATABASE_URL_FILE are both set: leave one of them out');
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`DATABASE_URL_FILE ${file}: ${(error as Error).message}`);
  }
}

function hubAddress(role: ServeConfig['role'], address: string | undefined): string | null {
  if (role !== 'edge') {
    if (address === undefined) return null;
    throw new UsageError('--hub is for --role edge: it names the hub of a box');
  }
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError('--role edge needs its hub: --hub https://hub.example');
  }
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname.replace(/^\[|\]$/g, ''))) {
    throw new UsageError(
      `--hub ${address} would send tickets and tokens in the clear: give its https address`,
    );
  }
  return url.origin;
}

function tlsFiles(certFile: string | undefined, keyFile: string | undefined) {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined || keyFile === undefined) {
    throw new UsageError('--tls-cert and --tls-key belong together');
  }
  return { certFile, keyFile };
}

function proxiesOf(text: string | undefined): string[] {
  const proxies = (text ?? '').split(',').filter((each) => each !== '');
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const version = isIP(address);
    const isGood =
      version > 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128));
    if (isGood) continue;
    throw new UsageError(`--proxies ${proxy}: addresses or networks, such as 10.0.0.0/24`);
  }
  return proxies;
}

/** Who names several servers means them to stand in for one another: then nothing may be on one alone. */
function replicationOf(text: string | undefined, databaseUrl: string | null): 'strict' | 'any' {
  if (text === 'strict' || text === 'any') return text;
  if (text !== undefined) throw new UsageError(`--replication ${text}: strict or any`);
  return databaseUrl !== null && namesSeveralHosts(databaseUrl) ? 'strict' : 'any';
}

function isLevel(level: string): level is ServeConfig['logLevel'] {
  return ['debug', 'info', 'warn', 'error', 'silent'].includes(level);
}
