// The certificate of this server and its key, read again whenever the files change: a certificate that is
// renewed each month needs no restart in the middle of a match.
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Log } from '../log.ts';

const LOOK_EVERY_MS = 2_000;

export type TlsFiles = { readonly certFile: string; readonly keyFile: string };

export function readTls({ certFile, keyFile }: TlsFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/**
 * Connections that are open keep the certificate they began with; the next ones get the new one. Files that
 * do not belong together yet, because only one of them was replaced so far, change nothing.
 */
export function followTls(server: Server, files: TlsFiles, log: Log, stopping: AbortSignal): void {
  let taken = stampOf(files);
  let refused = '';
  const timer = setInterval(() => {
    const stamp = stampOf(files);
    if (stamp === taken || stamp === refused) return;
    try {
      const pair = readTls(files);
      createSecureContext(pair);
      server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
      taken = stamp;
      log.info({ certFile: files.certFile }, 'goes on with the new certificate');
    } catch (error) {
      refused = stamp;
      log.error({ err: error, certFile: files.certFile }, 'goes on with the certificate it has');
    }
  }, LOOK_EVERY_MS).unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function stampOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? 'gone' : `${stat.ino}:${stat.mtimeMs}:${stat.size}`))
    .join(' ');
}
