// A private authority for devices that the club manages. Phones that people bring trust public names only,
// and need a certificate of a public authority instead.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { groupCommand, localCommand, numberArgument, runs } from '#cli/command.ts';
import { CommandFailure } from '#cli/failure.ts';
import { authorityCertificate, machineCertificate, subjectOf, type Use } from './certificate.ts';

const DAY_MS = 86_400_000;
/** Clocks of phones are behind by minutes; by a day only if nobody looks after them. */
const BACKDATED_MS = DAY_MS;
const AUTHORITY_DAYS = 3_650;
/** What browsers take of a server at most. */
const SERVER_DAYS_MAX = 398;

export function caCommand(): Command {
  const summary = 'A private certificate authority for the ground’s own devices.';
  return groupCommand('ca', summary, [init(), issue()]);
}

type Init = {
  readonly dir: string;
  readonly name: string;
  readonly domain?: readonly string[];
  readonly network?: readonly string[];
};

function init(): Command {
  const command = localCommand('init', {
    summary: 'Make an authority that can sign for the names given, and for nothing else.',
    example:
      'kaimen ca init --dir ca --name "Riverside gates" --domain gate.example --network 10.20.0.0/16',
  })
    .requiredOption('--dir <dir>', 'where ca.pem and ca-key.pem are written')
    .requiredOption('--name <text>', 'as devices show it')
    .option('--domain <names...>', 'it may sign for these and what is below them', hostNames)
    .option('--network <ranges...>', 'and for addresses of these, such as 10.20.0.0/16', networks);
  return runs<Init>(command, async ({ options, out }) => {
    const { dir, name, domain: domains = [], network = [] } = options;
    if (domains.length === 0) {
      throw new CommandFailure(
        'an authority for every name in the world is a danger to its own club',
        {
          code: 'usage',
          mend: 'add --domain with the name under which the boxes stand',
          exitCode: 2,
        },
      );
    }
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = authorityCertificate(
      name,
      keys,
      { domains, networks: network },
      valid(AUTHORITY_DAYS),
    );
    writeNew(path.join(dir, 'ca-key.pem'), keyPem(keys.privateKey));
    writeNew(path.join(dir, 'ca.pem'), pem, 0o644);
    const result = { authority: path.join(dir, 'ca.pem'), domains, networks: network };
    out.result(result, [
      `${result.authority}: install it on the devices that shall trust the boxes.`,
      `${path.join(dir, 'ca-key.pem')}: keep it off the network; it is needed only to issue.`,
    ]);
  });
}

function issue(): Command {
  const command = localCommand('issue', {
    summary:
      'Issue a certificate to a machine: for “serve --tls-cert --tls-key”, etcd and Patroni.',
    example:
      'kaimen ca issue north.gate.example 10.20.0.11 --dir ca --out north\n' +
      'kaimen ca issue box-1.gate.example 10.20.0.11 --use member --dir ca --out cell-member\n' +
      'kaimen ca issue node-1.gate.example --use client --dir ca --out cell-node\n' +
      'kaimen ca issue db-1.gate.example --use client --name replicator --dir ca --out replicator',
  })
    .argument('<hosts...>', 'names and addresses of the machine')
    .addOption(
      new Option(
        '--use <use>',
        'server: a box or a node, for lanes and browsers. member: of etcd or Patroni, which also dial each other. client: who asks those',
      )
        .choices(['server', 'member', 'client'])
        .default('server'),
    )
    .option(
      '--name <text>',
      'common name: the role at PostgreSQL; none for etcd. A server has its first host',
    )
    .requiredOption('--dir <dir>', 'of the authority')
    .requiredOption('--out <dir>', 'where box.pem and box-key.pem are written')
    .option(
      '--days <n>',
      `how long it is good (default ${SERVER_DAYS_MAX})`,
      numberArgument(1, SERVER_DAYS_MAX),
    );
  type Issue = {
    readonly dir: string;
    readonly out: string;
    readonly use: Use;
    readonly name?: string;
    readonly days?: number;
  };
  return runs<Issue>(command, async ({ args, options, out }) => {
    const hosts = args.flat();
    const authority = readAuthority(options.dir);
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { use, name = use === 'server' ? hosts[0] : undefined } = options;
    const pem = machineCertificate(
      authority,
      { use, name: name ?? null, hosts, publicKey: keys.publicKey },
      valid(options.days ?? SERVER_DAYS_MAX),
    );
    mkdirSync(options.out, { recursive: true, mode: 0o700 });
    writeNew(path.join(options.out, 'box-key.pem'), keyPem(keys.privateKey));
    writeNew(path.join(options.out, 'box.pem'), pem, 0o644);
    const { validTo } = new X509Certificate(pem);
    const result = { certificate: path.join(options.out, 'box.pem'), hosts, validTo };
    out.result(result, [
      `${result.certificate} is good for ${hosts.join(', ')} until ${validTo}.`,
      'A host outside of what the authority may sign for is refused by the devices.',
    ]);
  });
}

function readAuthority(dir: string) {
  const read = (name: string) => {
    const file = path.join(dir, name);
    if (existsSync(file)) return readFileSync(file, 'utf8');
    throw new CommandFailure(`${file}: there is no such file`, {
      code: 'no-authority',
      mend: 'make the authority with “kaimen ca init”, or name its directory with --dir',
    });
  };
  const key = createPrivateKey(read('ca-key.pem'));
  const name = subjectOf(new X509Certificate(read('ca.pem')));
  return { key, publicKey: createPublicKey(key), name };
}

function writeNew(file: string, text: string, mode = 0o600): void {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CommandFailure(`${file} is there already`, {
      code: 'exists',
      mend: 'name another directory, or move the file away: devices may trust it',
    });
  }
}

function keyPem(key: ReturnType<typeof createPrivateKey>): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

function valid(days: number) {
  const now = Date.now();
  return { from: new Date(now - BACKDATED_MS), until: new Date(now + days * DAY_MS) };
}

function hostNames(text: string, before: readonly string[] = []): string[] {
  if (/^([a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}$/i.test(text)) return [...before, text];
  throw new InvalidArgumentError('write it like gate.example');
}

function networks(text: string, before: readonly string[] = []): string[] {
  const [address = '', prefix = ''] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits && bits > 0) return [...before, text];
  throw new InvalidArgumentError('write it like 10.20.0.0/16');
}
