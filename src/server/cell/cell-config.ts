// Where the cell is and how this node proves itself to it: one file, secrets in files of their own.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const url = z
  .string()
  .regex(/^https?:\/\/[^/]+\/?$/, 'write it like https://box-1.ground.example:2379');

const cellFile = z.strictObject({
  endpoints: z.array(url).min(1).max(9).describe('client addresses, the nearest first'),
  prefix: z
    .string()
    .regex(/^\/[a-z0-9/-]*[a-z0-9]$/, 'write it like /kaimen')
    .default('/kaimen'),
  venue: z.array(z.string()).default([]).describe('members that stand in the ground, by name'),
  ca: z.string().optional(),
  cert: z.string().optional(),
  key: z.string().optional(),
  user: z.string().optional(),
  passwordFile: z.string().optional(),
});

export type CellConfig = {
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly venue: readonly string[];
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly login: { readonly user: string; readonly password: string } | null;
};

/** It names field and mend; ends the start of the server. */
export class CellConfigError extends Error {
  override name = 'CellConfigError';
  readonly code = 'cell-config';
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** @throws CellConfigError */
export function readCellConfig(file: string): CellConfig {
  const parsed = cellFile.safeParse(readJson(file));
  if (!parsed.success) {
    const { path: where = [], message = '' } = parsed.error.issues[0] ?? {};
    throw new CellConfigError(`${file}: ${where.join('.') || 'the file'}: ${message}`);
  }
  const { endpoints, prefix, venue, user, passwordFile, ca, cert, key } = parsed.data;
  for (const endpoint of endpoints) {
    const { protocol, hostname } = new URL(endpoint);
    if (protocol === 'https:' || LOOPBACK.has(hostname)) continue;
    throw new CellConfigError(
      `${file}: endpoints: ${endpoint} would send tickets in the clear: give its https address`,
    );
  }
  const read = (name: string | undefined, field: string) =>
    name === undefined ? undefined : readNamed(file, field, name);
  if ((cert === undefined) !== (key === undefined)) {
    throw new CellConfigError(`${file}: cert and key belong together`);
  }
  if ((user === undefined) !== (passwordFile === undefined)) {
    throw new CellConfigError(`${file}: user and passwordFile belong together`);
  }
  const tls = { ca: read(ca, 'ca'), cert: read(cert, 'cert'), key: read(key, 'key') };
  if (user !== undefined && tls.cert !== undefined) requireNoName(file, tls.cert);
  const password = read(passwordFile, 'passwordFile')?.trim();
  return {
    endpoints,
    prefix,
    venue,
    tls: Object.fromEntries(Object.entries(tls).filter(([, text]) => text !== undefined)),
    login: user === undefined || password === undefined ? null : { user, password },
  };
}

/**
 * etcd answers 400 to whoever comes with both a name in the certificate and a password to its gateway, since it would
 * pass over the name (3.3 to 3.6, embed/serve.go).
 */
function requireNoName(file: string, cert: string): void {
  const { subject } = certificateIn(file, cert);
  const name = /^CN=(.+)$/m.exec(subject ?? '')?.[1];
  if (name === undefined) return;
  throw new CellConfigError(
    `${file}: cert: it has the common name “${name}”, and etcd refuses whoever has a name and a password: issue one without, with “kaimen ca issue HOST --use client”`,
  );
}

function certificateIn(file: string, cert: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch {
    throw new CellConfigError(`${file}: cert: is not a certificate in PEM`);
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CellConfigError(`${file}: ${(error as Error).message}`);
  }
}

/** Beside the file that names it, unless it is named from the root. */
function readNamed(file: string, field: string, name: string): string {
  try {
    return readFileSync(path.resolve(path.dirname(file), name), 'utf8');
  } catch (error) {
    throw new CellConfigError(`${file}: ${field}: ${(error as Error).message}`);
  }
}
