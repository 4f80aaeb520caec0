// Files of deploy/ as they are shipped, with the machine's directories named anew.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const DEPLOY = fileURLToPath(new URL('../../../deploy/', import.meta.url));

type Directories = { readonly tls: string; readonly run: string };

function deployedPath(name: string): string {
  return path.join(DEPLOY, name);
}

export function deployedFile(name: string, { tls, run }: Directories): string {
  return readFileSync(deployedPath(name), 'utf8')
    .replaceAll('/etc/kaimen/patroni/make-database.sh', deployedPath('patroni/make-database.sh'))
    .replaceAll(/\/etc\/kaimen\/(patroni|haproxy)/g, tls)
    .replaceAll('/run/kaimen', run);
}

/** `NAME=value` lines, as systemd reads them. */
export function deployedEnvironment(name: string, at: Directories): Record<string, string> {
  const lines = deployedFile(name, at).split('\n');
  const pairs = lines
    .filter((line) => /^[A-Z0-9_]+=/.test(line))
    .map((line) => line.split(/=(.*)/s));
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value]));
}
