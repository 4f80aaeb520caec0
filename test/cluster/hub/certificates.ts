// An authority for one test and what it signs, by openssl: the files that deploy/ names.
import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import tls from 'node:tls';

const NAMES = ['member', 'postgres', 'replicator', 'kaimen', 'hub'];

/** Trusted by this process from here on. @returns the directory with `ca.pem`, `NAME.pem`, `NAME-key.pem` */
export function makeCertificates(dir: string, owner: { uid: number; gid: number }): string {
  const file = (name: string) => path.join(dir, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    ...['req', '-x509', ...key, '-days', '2', '-subj', '/CN=Kaimen test authority'],
    ...['-keyout', file('ca-key.pem'), '-out', file('ca.pem')],
  );
  const extensions = file('san.cnf');
  writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  for (const name of NAMES) {
    const request = file(`${name}.csr`);
    openssl(
      'req',
      ...key,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      file(`${name}-key.pem`),
      '-out',
      request,
    );
    openssl(
      ...['x509', '-req', '-in', request, '-CA', file('ca.pem'), '-CAkey', file('ca-key.pem')],
      ...['-CAcreateserial', '-days', '2', '-extfile', extensions, '-out', file(`${name}.pem`)],
    );
    chownSync(file(`${name}-key.pem`), owner.uid, owner.gid);
  }
  // HAProxy takes certificate and key from one file.
  copyFileSync(file('hub.pem'), file('hub-chain.pem'));
  const chain = readFileSync(file('hub.pem'), 'utf8') + readFileSync(file('hub-key.pem'), 'utf8');
  writeFileSync(file('hub.pem'), chain, { mode: 0o600 });
  const ca = readFileSync(file('ca.pem'), 'utf8');
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca]);
  return dir;
}
