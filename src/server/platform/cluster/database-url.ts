// What libpq understands and the driver does not: a connection string that names several hosts, of which
// whichever may write is meant. Both of libpq's forms are read, and only the parameters listed here.
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { UsageError } from '../usage-error.ts';

export type DatabaseHost = { readonly host: string; readonly port: number };

export type DatabaseTarget = {
  /** One or more; the first that may write is used. */
  readonly hosts: readonly DatabaseHost[];
  readonly database: string;
  readonly user: string;
  /** Null: by certificate, by `PGPASSFILE`, or trusted. */
  readonly password: string | null;
  /** Null: in the clear. */
  readonly tls: ConnectionOptions | null;
  readonly applicationName: string;
};

const KNOWN = [
  ...['host', 'port', 'dbname', 'user', 'password', 'passwordfile', 'application_name'],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'target_session_attrs', 'connect_timeout'],
];

/**
 * Reads `postgresql://user@a:5432,b:5432/kaimen?sslmode=verify-full` or `host=a,b dbname=kaimen …`.
 *
 * @throws UsageError naming what is wrong and what to write
 */
export function readDatabaseUrl(text: string, env: NodeJS.ProcessEnv = {}): DatabaseTarget {
  const words = /^postgres(ql)?:\/\//.test(text) ? readUri(text) : readWords(text);
  for (const name of words.keys()) {
    if (!KNOWN.includes(name)) {
      throw new UsageError(`DATABASE_URL: “${name}” is not known; known are ${KNOWN.join(', ')}`);
    }
  }
  const attributes = words.get('target_session_attrs') ?? 'read-write';
  if (attributes !== 'read-write' && attributes !== 'primary') {
    throw new UsageError(
      `DATABASE_URL: target_session_attrs=${attributes}: only read-write, for everything is decided there`,
    );
  }
  const user = words.get('user') ?? env['PGUSER'] ?? 'kaimen';
  return {
    hosts: hostsOf(words.get('host') ?? env['PGHOST'] ?? 'localhost', words.get('port')),
    database: words.get('dbname') ?? user,
    user,
    password: passwordOf(words, env),
    tls: tlsOf(words),
    applicationName: words.get('application_name') ?? 'kaimen',
  };
}

/** Whether a connection string names more than one host. */
export function namesSeveralHosts(text: string): boolean {
  const [, places = ''] = /^postgres(?:ql)?:\/\/(?:[^@/?]*@)?([^/?]*)/.exec(text) ?? [];
  return places.includes(',') || /(^|[\s?&])host\s*=\s*[^\s&]*(,|%2C)/i.test(text);
}

function readUri(text: string): Map<string, string> {
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(text);
  if (match === null) throw new UsageError('DATABASE_URL: not of the form postgresql://…');
  const [, account = '', places = '', database = '', query = ''] = match;
  const words = new Map<string, string>();
  const [user = '', password] = account.split(':', 2);
  if (user !== '') words.set('user', decodeURIComponent(user));
  if (password !== undefined) words.set('password', decodeURIComponent(password));
  if (database !== '') words.set('dbname', decodeURIComponent(database));
  if (places !== '') {
    const split = places.split(',').map((place) => /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(place));
    words.set('host', split.map((each) => decodeURIComponent(each?.[1] ?? '')).join(','));
    words.set('port', split.map((each) => each?.[2] ?? '').join(','));
  }
  for (const [name, value] of new URLSearchParams(query)) words.set(name, value);
  return words;
}

function readWords(text: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const match of text.matchAll(/(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S*))/g)) {
    const [, name = '', quoted, plain = ''] = match;
    words.set(name, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'));
  }
  if (words.size === 0) {
    throw new UsageError('DATABASE_URL: write postgresql://user@host/database or host=… dbname=…');
  }
  return words;
}

function hostsOf(hosts: string, ports: string | undefined): DatabaseHost[] {
  const named = hosts.split(',').map((host) => host.trim().replace(/^\[|\]$/g, ''));
  const given = (ports ?? '').split(',').map((port) => port.trim());
  if (given.length > 1 && given.length !== named.length) {
    throw new UsageError('DATABASE_URL: give one port for all hosts, or one for each');
  }
  return named.map((host, index) => {
    const port = Number((given.length > 1 ? given[index] : given[0]) || '5432');
    if (host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new UsageError(`DATABASE_URL: “${host}:${port}” is no host and port`);
    }
    return { host, port };
  });
}

/** From a file whenever possible: what stands in the environment is seen by whoever lists processes. */
function passwordOf(words: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv): string | null {
  const file = words.get('passwordfile');
  if (file !== undefined) return readSecret(file);
  return words.get('password') ?? env['PGPASSWORD'] ?? null;
}

function tlsOf(words: ReadonlyMap<string, string>): ConnectionOptions | null {
  const mode = words.get('sslmode') ?? (words.has('sslrootcert') ? 'verify-full' : 'disable');
  if (mode === 'disable') return null;
  if (mode !== 'verify-full' && mode !== 'verify-ca' && mode !== 'require') {
    throw new UsageError(
      `DATABASE_URL: sslmode=${mode}: verify-full, verify-ca, require or disable`,
    );
  }
  const read = (name: string) => {
    const file = words.get(name);
    return file === undefined ? {} : { [NAMES[name] ?? name]: readSecret(file) };
  };
  return {
    ...read('sslrootcert'),
    ...read('sslcert'),
    ...read('sslkey'),
    // As libpq has it: with an authority named, “require” verifies it.
    rejectUnauthorized: mode !== 'require' || words.has('sslrootcert'),
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

const NAMES: Readonly<Record<string, string>> = {
  sslrootcert: 'ca',
  sslcert: 'cert',
  sslkey: 'key',
};

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`DATABASE_URL: ${file}: ${(error as Error).message}`);
  }
}
