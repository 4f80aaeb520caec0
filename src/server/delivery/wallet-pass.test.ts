import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readPass } from '../../testing/pass-reading.ts';
import { PASS_TYPE, WalletChain } from '../../testing/wallet-chain.ts';
import { type WalletConfig, walletConfig } from '../outbox/wallet-config.ts';
import { SAMPLE_TICKET } from '../paper/sample-ticket.ts';
import { walletPass } from './wallet-pass.ts';

const ROUTE = { 'zh-CN': '从地铁 B 口过来', en: 'from metro exit B' };
let chain: WalletChain;
let config: WalletConfig;

before(() => {
  chain = new WalletChain();
  const read = (_: string, name: string) => chain.text(name);
  config = walletConfig(chain.config(), read, refuse);
});

after(() => chain[Symbol.dispose]());

function refuse(field: string, mend: string): never {
  throw new Error(`${field} ${mend}`);
}

const pass = (isVoid = false) =>
  readPass(walletPass({ eventId: 'derby', face: SAMPLE_TICKET, route: ROUTE, isVoid }, config));

test('a pass names every file with its hash, and is signed up to the root by the certificate of its type', () => {
  const files = pass();
  chain.verify(files);
  const manifest = files.get('manifest.json') ?? Buffer.alloc(0);
  const changed = Buffer.from(manifest.toString('utf8').replace(/[0-9a-f]{40}/, '0'.repeat(40)));
  assert.throws(() => chain.verify(new Map(files).set('manifest.json', changed)));
  const icon = Buffer.from(files.get('icon.png') ?? []);
  icon[40] = (icon[40] ?? 0) ^ 1;
  assert.throws(() => chain.verify(new Map(files).set('icon.png', icon)), /icon\.png/);
  using other = new WalletChain();
  assert.throws(() => other.verify(files), 'another root vouches for nothing of it');
});

test('a pass carries the code of the ticket, its place, and words in the languages of the wallet', () => {
  const files = pass();
  const card = JSON.parse(files.get('pass.json')?.toString('utf8') ?? '{}');
  assert.equal(card.formatVersion, 1);
  assert.equal(card.passTypeIdentifier, PASS_TYPE);
  assert.equal(card.serialNumber, `derby.${SAMPLE_TICKET.ref}`);
  assert.deepEqual(
    [card.barcodes[0].message, card.barcodes[0].format, card.barcodes[0].altText],
    [SAMPLE_TICKET.code, 'PKBarcodeFormatQR', SAMPLE_TICKET.shortId],
  );
  const shown = Object.values(card.eventTicket).flat() as { key: string; value: string }[];
  for (const key of ['gate', 'match', 'section', 'row', 'seat', 'route']) {
    assert.ok(
      shown.some((field) => field.key === key),
      key,
    );
  }
  assert.ok(!('voided' in card) || card.voided === false);
  for (const [folder, said] of [
    ['en', 'from metro exit B'],
    ['zh-Hans', '从地铁 B 口过来'],
  ] as const) {
    const strings = files.get(`${folder}.lproj/pass.strings`);
    assert.ok(
      strings?.toString('utf8').includes(said) || strings?.toString('utf16le').includes(said),
      folder,
    );
  }
  for (const name of ['icon.png', 'icon@2x.png', 'logo.png']) {
    assert.equal(files.get(name)?.subarray(1, 4).toString('latin1'), 'PNG', name);
  }
});

test('the pass of a ticket that is no longer good says so', () => {
  const card = JSON.parse(pass(true).get('pass.json')?.toString('utf8') ?? '{}');
  assert.equal(card.voided, true);
});

test('certificates that do not belong together are found when the server starts, and named', () => {
  using other = new WalletChain();
  const written = chain.config();
  for (const [changed, said] of [
    [{ keyFile: other.file('pass.key') }, /^wallet\.keyFile is not the key of the certificate/],
    [{ keyFile: 'pass.pem' }, /^wallet\.keyFile does not open/],
    [{ certificateFile: 'pass.key' }, /^wallet\.certificateFile is not a certificate/],
    [{ passTypeIdentifier: 'pass.other' }, /^wallet\.certificateFile is not for pass\.other/],
    [{ intermediateFile: 'root.pem' }, /^wallet\.intermediateFile did not sign/],
  ] as const) {
    const read = (_: string, name: string) =>
      path.isAbsolute(name) ? readFileSync(name, 'utf8') : chain.text(name);
    assert.throws(() => walletConfig({ ...written, ...changed }, read, refuse), { message: said });
  }
});
