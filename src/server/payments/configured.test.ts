import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { configuredProviders } from './configured.ts';

const directories: string[] = [];
after(() => {
  for (const each of directories) rmSync(each, { recursive: true });
});

function directoryOf(files: Readonly<Record<string, object | string>>): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'kaimen-payments-'));
  directories.push(directory);
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

async function refusal(files: Readonly<Record<string, object | string>>): Promise<string> {
  const reading = configuredProviders(directoryOf(files), () => 'https://club.example');
  return await reading.then(
    () => assert.fail('it should have been refused'),
    (error: Error) => error.message,
  );
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const PRIVATE_PEM = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const PUBLIC_PEM = String(publicKey.export({ type: 'spki', format: 'pem' }));
const WECHAT = {
  appId: 'wx-club',
  mchid: '1900000001',
  serial: '1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C',
  privateKeyFile: 'merchant.pem',
  apiKeyFile: 'api-key',
  platformPublicKeyFiles: { PUB_KEY_ID_1: 'platform.pem' },
};
const KEYS = {
  'merchant.pem': PRIVATE_PEM,
  'platform.pem': PUBLIC_PEM,
  'api-key': `${'k'.repeat(32)}\n`,
};

test('a way without a file is absent, and those that there are stand in the order to offer them', async () => {
  const none = await configuredProviders(directoryOf({}), () => '');
  assert.deepEqual([...none.providers.keys()], []);
  const all = await configuredProviders(
    directoryOf({
      ...KEYS,
      'hand.json': { providers: ['card', 'cash'] },
      'transfer.json': { account: { name: 'Club', number: '6222', bank: 'Bank' } },
      'wechat-pay.json': WECHAT,
      'alipay.json': {
        ...{ appId: '2019073166072302', privateKeyFile: 'merchant.pem' },
        alipayPublicKeyFile: 'platform.pem',
      },
      'stripe.json': { secretKeyFile: 'secret', webhookSecretFile: 'secret' },
      'sandbox.json': { secretFile: 'secret' },
      secret: 'a-secret',
    }),
    () => 'https://club.example',
  );
  assert.deepEqual(
    [...all.providers.keys()],
    ['sandbox', 'wechat-pay', 'alipay', 'stripe', 'transfer', 'cash', 'card'],
  );
  await all.stop();
});

test('a file that is not whole stops the start, naming the file and what is wrong', async () => {
  assert.match(await refusal({ 'hand.json': '{' }), /hand\.json: not JSON/);
  assert.match(await refusal({ 'hand.json': { providers: ['gold'] } }), /hand\.json: providers\.0/);
  const sandbox = { 'sandbox.json': { secretFile: 'secret' } };
  assert.match(await refusal(sandbox), /sandbox\.json: secret cannot be read/);
  assert.match(await refusal({ ...sandbox, secret: ' \n' }), /secret is empty/);
  const wechat = (changed: object) => ({ ...KEYS, 'wechat-pay.json': { ...WECHAT, ...changed } });
  assert.match(await refusal(wechat({ mchid: 'x' })), /mchid: the number of the merchant/);
  assert.match(
    await refusal(wechat({ platformPublicKeyFiles: {} })),
    /platformCertificateFiles or/,
  );
  assert.match(await refusal(wechat({ privateKeyFile: 'api-key' })), /api-key is not the PEM/);
  assert.match(await refusal({ ...wechat({}), 'api-key': 'short' }), /has 32 bytes/);
  assert.match(await refusal(wechat({ key: 'in the file itself' })), /nrecognized key/);
});
