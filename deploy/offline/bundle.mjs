// A release for machines without the Internet: packed and signed where there is one, checked and unpacked where there is
// none. Only what Node has itself is used, so that the release that runs can check the one that comes.
import { execFileSync } from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `bundle.mjs keygen --out DIR                      a key pair: release-key.pem stays at home, release-key.pub goes to the boxes
bundle.mjs make --key FILE --out FILE [--from DIR]  packs this checkout, with its packages and its Node
bundle.mjs check FILE --pub FILE                  who signed it, and whether it is whole
bundle.mjs install FILE --pub FILE [--to DIR]     unpacks it beside the others, tries it, and makes it the current one
bundle.mjs rollback [--to DIR]                    makes the one before the current one again
`;
const CHUNK_BYTES = 4 * 1024 * 1024;
const KEPT_RELEASES = 3;
const PACKED = ['bin', 'build', 'db', 'deploy', 'docs', 'src', 'package.json', 'LICENSE', 'node_modules'];
const VERSION = /^\d+\.\d+\.\d+(-[a-z0-9.]+)?$/;

/** What is signed: a file of this sum is this release for this platform. */
function manifestOf({ version, platform, bytes, sha256 }) {
  return JSON.stringify({ format: 'kaimen-bundle-1', version, platform, bytes, sha256 });
}

export function keygen(out) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const [secret, open] = ['release-key.pem', 'release-key.pub'].map((name) => path.join(out, name));
  const pem = (key, type) => key.export({ type, format: 'pem' });
  writeFileSync(secret, pem(privateKey, 'pkcs8'), { mode: 0o600, flag: 'wx' });
  writeFileSync(open, pem(publicKey, 'spki'), { flag: 'wx' });
  return { secret, open };
}

export function make({ key, out, from }) {
  const version = versionOf(from);
  const present = PACKED.filter((name) => existsSync(path.join(from, name)));
  const excluded = ['src/testing', 'node_modules/.cache', 'node_modules/.vite'].flatMap((name) => [
    '--exclude',
    `./${name}`,
  ]);
  execFileSync('tar', [
    ...['--create', '--gzip', '--file', out, '--owner=0', '--group=0', '--directory', from],
    ...excluded,
    ...present.map((name) => `./${name}`),
  ]);
  const manifest = { version, platform: `${process.platform}-${process.arch}`, ...sumOf(out) };
  const signature = sign(null, Buffer.from(manifestOf(manifest)), createPrivateKey(readFileSync(key)));
  const signed = { ...manifest, signature: signature.toString('base64') };
  writeFileSync(`${out}.sig`, `${JSON.stringify(signed, null, 2)}\n`);
  return signed;
}

/** @throws Error with what to do when it is not whole, not signed by this key, or for another platform */
export function check(file, pub) {
  const said = JSON.parse(readFileSync(`${file}.sig`, 'utf8'));
  const signature = Buffer.from(String(said.signature), 'base64');
  const text = Buffer.from(manifestOf(said));
  if (!verify(null, text, createPublicKey(readFileSync(pub)), signature)) {
    fail(`${file}.sig is not signed by the key of ${pub}: take nothing from it, and ask where it came from`);
  }
  const { bytes, sha256 } = sumOf(file);
  if (bytes !== said.bytes || sha256 !== said.sha256) {
    fail(`${file} is not what was signed (${bytes} of ${said.bytes} bytes): copy it again`);
  }
  const here = `${process.platform}-${process.arch}`;
  if (said.platform !== here) fail(`${file} is for ${said.platform}, and this is ${here}: take that one`);
  if (!VERSION.test(said.version)) fail(`${file} names no version: make it anew`);
  return said;
}

export function install({ file, pub, to }) {
  const { version, sha256 } = check(file, pub);
  const releases = path.join(to, 'releases');
  const name = `${version}-${sha256.slice(0, 8)}`;
  const target = path.join(releases, name);
  if (!existsSync(target)) {
    const unpacking = `${target}.unpacking`;
    rmSync(unpacking, { recursive: true, force: true });
    mkdirSync(unpacking, { recursive: true, mode: 0o755 });
    execFileSync('tar', ['--extract', '--gzip', '--no-same-owner', '--file', file, '--directory', unpacking]);
    const answered = tried(unpacking);
    if (answered !== version) fail(`${file} says that it is ${version}, but runs as “${answered}”: nothing was changed`);
    renameSync(unpacking, target);
  }
  const before = currentOf(to);
  if (before !== null && before !== name) pointTo(to, 'previous', before);
  pointTo(to, 'current', name);
  forgetOld(to);
  return { version, current: name, previous: previousOf(to) };
}

export function rollback(to) {
  const [current, previous] = [currentOf(to), previousOf(to)];
  if (previous === null || !existsSync(path.join(to, 'releases', previous))) {
    fail(`${to} holds no release before this one: install one`);
  }
  pointTo(to, 'current', previous);
  if (current !== null) pointTo(to, 'previous', current);
  return { current: previous, previous: current };
}

/** In one step: whoever starts finds the old one or the new one, never none. */
function pointTo(to, link, name) {
  const [at, beside] = [path.join(to, link), path.join(to, `.${link}.new`)];
  rmSync(beside, { force: true });
  symlinkSync(path.join('releases', name), beside);
  renameSync(beside, at);
}

function forgetOld(to) {
  const kept = new Set([currentOf(to), previousOf(to)]);
  const releases = path.join(to, 'releases');
  const old = readdirSync(releases)
    .filter((name) => !kept.has(name))
    .map((name) => ({ name, at: statSync(path.join(releases, name)).ctimeMs }))
    .sort((a, b) => b.at - a.at)
    .slice(KEPT_RELEASES - kept.size);
  for (const { name } of old) rmSync(path.join(releases, name), { recursive: true, force: true });
}

const currentOf = (to) => linkedFrom(path.join(to, 'current'));
const previousOf = (to) => linkedFrom(path.join(to, 'previous'));

function linkedFrom(link) {
  return lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? path.basename(readlinkSync(link))
    : null;
}

/** It runs here, by its own Node: the version that it says. */
function tried(dir) {
  const node = path.join(dir, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  try {
    return execFileSync(node, [path.join(dir, 'bin', 'kaimen.js'), '--version'], { encoding: 'utf8' }).trim();
  } catch (error) {
    fail(`what was unpacked does not run here, and nothing was changed: ${error.message}`);
  }
}

function versionOf(dir) {
  return JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8')).version;
}

function sumOf(file) {
  const fd = openSync(file, 'r');
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let bytes = 0;
  for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) {
    hash.update(chunk.subarray(0, read));
    bytes += read;
  }
  closeSync(fd);
  return { bytes, sha256: hash.digest('hex') };
}

function fail(why) {
  throw new Error(why);
}

function main(args) {
  const options = { key: { type: 'string' }, out: { type: 'string' }, from: { type: 'string' }, pub: { type: 'string' }, to: { type: 'string' } };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [command, file] = positionals;
  const { key, out, pub, from = path.join(import.meta.dirname, '..', '..'), to = '/opt/kaimen' } = values;
  const say = (result) => process.stdout.write(`${JSON.stringify(result)}\n`);
  if (command === 'keygen' && out !== undefined) return say(keygen(out));
  if (command === 'make' && key !== undefined && out !== undefined) return say(make({ key, out, from }));
  if (command === 'check' && file !== undefined && pub !== undefined) return say(check(file, pub));
  if (command === 'install' && file !== undefined && pub !== undefined) return say(install({ file, pub, to }));
  if (command === 'rollback') return say(rollback(to));
  process.stderr.write(USAGE);
  process.exitCode = 2;
}

if (import.meta.filename === process.argv[1]) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`bundle: ${error.message}\n`);
    process.exitCode = 1;
  }
}
