// Which ways of paying there are at this node: a file for each in DIR/payments, and beside it the keys that it names.
// A way without a file is absent; a file that is not whole stops the start, so that none is ever half there.
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '#server/platform/usage-error.ts';
import { Alipay } from './alipay/alipay-pay.ts';
import { HandProvider } from './hand-provider.ts';
import { type PaymentProvider, PROVIDERS, type ProviderName } from './provider.ts';
import { SandboxServer } from './sandbox/bank-server.ts';
import { WELL_BEHAVED } from './sandbox/misbehaviour.ts';
import { SandboxProvider } from './sandbox/sandbox-provider.ts';
import { Stripe } from './stripe/stripe-pay.ts';
import { WechatPay } from './wechat/wechat-pay.ts';

const CALL_WITHIN_MS = 10_000;
const httpsUrl = z.url({ protocol: /^https$/ });
const file = z.string().min(1).max(255);

const misbehaviour = z.strictObject({
  seed: z.string().max(100),
  rate: z.number().min(0).max(1),
  only: z.array(z.string()).nullable().default(null),
});

const sandboxFile = z.strictObject({
  /** Of a sandbox that runs elsewhere; left out: one within this process, for demonstrations on one machine. */
  url: z.url().optional(),
  port: z.int().min(0).max(65_535).default(0),
  secretFile: file,
  capture: z.enum(['manual', 'automatic']).default('manual'),
  looksAgainAfterSeconds: z.number().min(0).default(600),
  answerWithinSeconds: z.number().min(0.1).max(60).default(10),
  misbehaviour: misbehaviour.optional(),
});

const wechatFile = z.strictObject({
  appId: z.string().min(1),
  mchid: z.string().regex(/^\d{8,12}$/, 'the number of the merchant: 8 to 12 digits'),
  serial: z.string().regex(/^[0-9A-F]+$/, 'serial number of apiclient_cert.pem in hexadecimal'),
  privateKeyFile: file,
  apiKeyFile: file,
  /** Platform certificates, or public keys by their ids (`PUB_KEY_ID_…`). */
  platformCertificateFiles: z.array(file).default([]),
  platformPublicKeyFiles: z.record(z.string(), file).default({}),
  baseUrl: httpsUrl.default('https://api.mch.weixin.qq.com'),
});

const alipayFile = z.strictObject({
  appId: z.string().regex(/^\d{16}$/, 'the number of the app: 16 digits'),
  privateKeyFile: file,
  /** Alipay's, as its console shows it for this app. */
  alipayPublicKeyFile: file,
  gateway: httpsUrl.default('https://openapi.alipay.com/gateway.do'),
});

const stripeFile = z.strictObject({
  secretKeyFile: file,
  webhookSecretFile: file,
  baseUrl: httpsUrl.default('https://api.stripe.com'),
});

const handFile = z.strictObject({
  providers: z.array(z.enum(['cash', 'card', 'club-credit', 'consignment'])).min(1),
});

const transferFile = z.strictObject({
  account: z.strictObject({ name: z.string(), number: z.string(), bank: z.string() }),
});

const siteFile = z.strictObject({ publicUrl: z.url() });

/** Where buyers and providers reach this site, as `site.json` says; null: it does not say. @throws UsageError */
export function publicUrlOf(directory: string): (() => string) | null {
  const site = new Directory(directory).read('site.json', siteFile);
  if (site === null) return null;
  const url = site.publicUrl.replace(/\/+$/, '');
  return () => url;
}

export type ConfiguredProviders = {
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  stop(): Promise<void>;
};

/**
 * @param publicUrl - where buyers and providers reach this site; known once it listens
 * @throws UsageError naming the file and what is wrong with it
 */
export async function configuredProviders(
  directory: string,
  publicUrl: () => string,
): Promise<ConfiguredProviders> {
  const found: PaymentProvider[] = [];
  const stops: (() => Promise<void>)[] = [];
  const webhookOf = (name: ProviderName) => () => `${publicUrl()}/api/v1/payments/${name}/webhook`;
  const from = new Directory(directory);

  const sandbox = from.read('sandbox.json', sandboxFile);
  if (sandbox !== null) {
    const { provider, stop } = await sandboxOf(from, sandbox, webhookOf('sandbox'));
    found.push(provider);
    stops.push(stop);
  }
  const wechat = from.read('wechat-pay.json', wechatFile);
  if (wechat !== null) found.push(wechatPay(from, wechat, webhookOf('wechat-pay')));
  const alipay = from.read('alipay.json', alipayFile);
  if (alipay !== null) {
    const { appId, gateway, privateKeyFile, alipayPublicKeyFile } = alipay;
    const privateKey = from.key('alipay.json', privateKeyFile, createPrivateKey);
    const alipayPublicKey = from.key('alipay.json', alipayPublicKeyFile, createPublicKey);
    const keys = { privateKey, alipayPublicKey };
    const rest = { notifyUrl: webhookOf('alipay'), answerWithinMs: CALL_WITHIN_MS };
    found.push(new Alipay({ appId, gateway, ...keys, ...rest }));
  }
  const stripe = from.read('stripe.json', stripeFile);
  if (stripe !== null) {
    const secretKey = from.secret('stripe.json', stripe.secretKeyFile);
    const webhookSecret = from.secret('stripe.json', stripe.webhookSecretFile);
    const { baseUrl } = stripe;
    found.push(new Stripe({ secretKey, webhookSecret, baseUrl, answerWithinMs: CALL_WITHIN_MS }));
  }
  const transfer = from.read('transfer.json', transferFile);
  if (transfer !== null) found.push(new HandProvider('transfer', transfer.account));
  const hands = from.read('hand.json', handFile);
  for (const name of hands?.providers ?? []) found.push(new HandProvider(name, null));

  found.sort((a, b) => PROVIDERS.indexOf(a.name) - PROVIDERS.indexOf(b.name));
  return {
    providers: new Map(found.map((each) => [each.name, each])),
    stop: async () => {
      for (const stop of stops) await stop();
    },
  };
}

/** The one that is named, or one within this process. */
async function sandboxOf(
  from: Directory,
  said: z.infer<typeof sandboxFile>,
  notifyUrl: () => string,
): Promise<{ readonly provider: SandboxProvider; stop(): Promise<void> }> {
  const secret = from.secret('sandbox.json', said.secretFile);
  const { port, capture, misbehaviour: faults = WELL_BEHAVED } = said;
  const server =
    said.url === undefined
      ? await SandboxServer.start({ secret, port, misbehaviour: faults })
      : null;
  const provider = new SandboxProvider({
    url: said.url ?? server?.url ?? '',
    ...{ secret, notifyUrl, capture },
    looksAgainAfterMs: said.looksAgainAfterSeconds * 1_000,
    answerWithinMs: said.answerWithinSeconds * 1_000,
  });
  return { provider, stop: async () => await server?.[Symbol.asyncDispose]() };
}

function wechatPay(
  from: Directory,
  { platformCertificateFiles, platformPublicKeyFiles, ...said }: z.infer<typeof wechatFile>,
  notifyUrl: () => string,
): WechatPay {
  const name = 'wechat-pay.json';
  const apiKey = Buffer.from(from.secret(name, said.apiKeyFile));
  if (apiKey.length !== 32) throw from.wrong(name, `${said.apiKeyFile}: an APIv3 key has 32 bytes`);
  const keys = new Map<string, KeyObject>();
  for (const each of platformCertificateFiles) {
    const certificate = from.key(name, each, (pem) => new X509Certificate(pem));
    keys.set(certificate.serialNumber, certificate.publicKey);
  }
  for (const [id, each] of Object.entries(platformPublicKeyFiles)) {
    keys.set(id, from.key(name, each, createPublicKey));
  }
  if (keys.size === 0) {
    throw from.wrong(name, 'name platformCertificateFiles or platformPublicKeyFiles');
  }
  const privateKey = from.key(name, said.privateKeyFile, createPrivateKey);
  const { appId, mchid, serial, baseUrl } = said;
  const merchant = { appId, mchid, serial, baseUrl, privateKey, apiKey };
  return new WechatPay({
    ...merchant,
    platformKeys: keys,
    notifyUrl,
    answerWithinMs: CALL_WITHIN_MS,
  });
}

class Directory {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @returns null: there is no such file */
  read<Shape extends z.ZodType>(name: string, shape: Shape): z.infer<Shape> | null {
    const at = path.join(this.#directory, name);
    if (!existsSync(at)) return null;
    let said: unknown;
    try {
      said = JSON.parse(readFileSync(at, 'utf8'));
    } catch {
      throw this.wrong(name, 'not JSON');
    }
    const read = shape.safeParse(said);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw this.wrong(name, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`);
  }

  secret(name: string, named: string): string {
    const text = this.#text(name, named).trim();
    if (text === '') throw this.wrong(name, `${named} is empty`);
    return text;
  }

  key<Key>(name: string, named: string, read: (pem: string) => Key): Key {
    const text = this.#text(name, named);
    try {
      return read(text);
    } catch {
      throw this.wrong(name, `${named} is not the PEM file that is expected`);
    }
  }

  wrong(name: string, why: string): UsageError {
    return new UsageError(`${path.join(this.#directory, name)}: ${why}`);
  }

  #text(name: string, named: string): string {
    try {
      return readFileSync(path.resolve(this.#directory, named), 'utf8');
    } catch {
      throw this.wrong(name, `${named} cannot be read`);
    }
  }
}
