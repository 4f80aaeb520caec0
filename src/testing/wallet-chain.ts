// A chain of certificates as Apple has it, made by ourselves: a root, an intermediate, and one for passes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const PASS_TYPE = 'pass.example.club.tickets';
const TEAM = 'TEAM123456';

export class WalletChain implements Disposable {
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-wallet-'));

  constructor() {
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30'];
    this.#openssl([...request, '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=Root']);
    const ca = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign';
    this.#issue('wwdr', '/CN=Worldwide Developer Relations', 'root', ca);
    const signer = 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature';
    const subject = `/UID=${PASS_TYPE}/CN=Pass Type ID: ${PASS_TYPE}/OU=${TEAM}`;
    this.#issue('pass', subject, 'wwdr', signer);
  }

  /** As a club writes it. */
  config() {
    return {
      passTypeIdentifier: PASS_TYPE,
      teamIdentifier: TEAM,
      organisation: 'Riverside Football Club',
      certificateFile: 'pass.pem',
      keyFile: 'pass.key',
      intermediateFile: 'wwdr.pem',
    };
  }

  file(name: string): string {
    return path.join(this.dir, name);
  }

  text(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  /**
   * A pass as a wallet looks at it: the manifest names every file with its hash, and is signed by the certificate
   * of its type, up to our root.
   *
   * @throws where it is not
   */
  verify(files: ReadonlyMap<string, Buffer>): void {
    const manifest = files.get('manifest.json') ?? Buffer.alloc(0);
    const hashes: Record<string, string> = JSON.parse(manifest.toString('utf8'));
    const named = [...files].filter(([name]) => name !== 'manifest.json' && name !== 'signature');
    assert.deepEqual(new Set(Object.keys(hashes)), new Set(named.map(([name]) => name)));
    for (const [name, bytes] of named) {
      assert.equal(hashes[name], createHash('sha1').update(bytes).digest('hex'), name);
    }
    writeFileSync(this.file('signature'), files.get('signature') ?? '');
    writeFileSync(this.file('signed'), manifest);
    this.#openssl([
      ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'signature', '-content', 'signed'],
      ...['-CAfile', 'root.pem', '-purpose', 'any', '-out', 'verified'],
    ]);
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true });
  }

  #issue(name: string, subject: string, by: string, extensions: string): void {
    writeFileSync(this.file(`${name}.ext`), extensions);
    const [key, request, made] = [`${name}.key`, `${name}.csr`, `${name}.pem`];
    this.#openssl([
      ...['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request],
      ...['-subj', subject],
    ]);
    this.#openssl([
      ...['x509', '-req', '-in', request, '-CA', `${by}.pem`, '-CAkey', `${by}.key`],
      ...['-CAcreateserial', '-out', made, '-days', '30', '-extfile', `${name}.ext`],
    ]);
  }

  #openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.dir, stdio: 'pipe' });
  }
}
