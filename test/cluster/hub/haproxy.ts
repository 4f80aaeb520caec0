// HAProxy as deploy/haproxy says, on loopback.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { deployedFile } from './deployed-file.ts';
import { Program } from './program.ts';

export function startBalancer(
  { dir, tls }: { readonly dir: string; readonly tls: string },
  file: 'hub' | 'postgres',
  env: Readonly<Record<string, string>>,
): Program {
  const name = file === 'hub' ? 'haproxy.cfg' : 'postgres.cfg';
  const config = path.join(dir, `${name}-${Object.values(env)[0]?.replace(/\W/g, '-')}`);
  writeFileSync(config, deployedFile(`haproxy/${name}`, { tls, run: dir }));
  const args = ['-db', '-f', config];
  return new Program(`haproxy ${name}`, { command: '/usr/sbin/haproxy', args, env }).start();
}
