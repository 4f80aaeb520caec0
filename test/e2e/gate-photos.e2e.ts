// Photographs of codes through the decoder that the gate app ships, in Chromium, beside plain zxing-wasm
// with all its own tries. The photographs are not ours to publish: they are read from where they lie.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { decodePng } from '#cli/decode/png.ts';
import { imageDataOf, type Picture, scaled } from '#lane/decoding/picture.ts';
import { TestBrowser, type TestPage } from '#testing/browser.ts';
import { HttpNode } from '#testing/http-node.ts';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';

/** Beside the checkout, or where the variable says. */
const BESIDE = new URL('../../../shared/data/qr-photos', import.meta.url).pathname;
const PHOTOS = process.env['KAIMEN_QR_PHOTOS'] ?? BESIDE;
const isThere = existsSync(path.join(PHOTOS, 'manifest.json'));
const skip = isThere ? false : `no photographs in ${PHOTOS}: name their folder in KAIMEN_QR_PHOTOS`;

const IS_WHOLE = process.env['KAIMEN_WHOLE'] === '1';
/** Of so many photographs one is looked at. */
const ONE_OF = IS_WHOLE ? 1 : 3;
/** How much of each side is left when the photograph is taken from afar. */
const SHARES = IS_WHOLE ? [0.5, 0.35, 0.28] : [0.35];

type Photo = { readonly file: string; readonly expected: string | null; readonly picture: Picture };

let database: TestDatabase;
let server: HttpNode;
let browser: TestBrowser;
let opened: TestPage;
let photos: Photo[] = [];
before(async () => {
  if (!isThere) return;
  photos = readPhotos();
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const wasmBinary = new Uint8Array(readFileSync(wasm)).buffer;
  prepareZXingModule({ overrides: { wasmBinary } });
  database = await testDatabase();
  server = await HttpNode.start(database);
  browser = await TestBrowser.start();
  opened = await browser.open();
  await opened.page.goto(`${server.url}/gate/`);
  await opened.page.evaluate(`(${WORKER_IN_PAGE})(${JSON.stringify(await workerAddress())})`);
});
after(async () => {
  await opened?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

test('reads every photograph that plain zxing-wasm reads, nothing wrong, and nothing where there is no code', {
  skip,
}, async () => {
  const result = await compare(photos);
  if (IS_WHOLE) assert.deepEqual([result.positives, result.negatives], [81, 25]);
  assert.ok(result.positives > 20 && result.negatives > 5, JSON.stringify(result));
  assert.deepEqual(result.wrong, []);
  assert.ok(result.ours >= result.plain, JSON.stringify(result));
  assert.equal(result.ours, result.positives);
});

test('reads more than plain zxing-wasm of the same photographs taken from afar in bad light', {
  skip,
}, async (context) => {
  const hard = photos.flatMap((photo) =>
    SHARES.map((share) => ({ ...photo, picture: fromAfar(photo.picture, share) })),
  );
  const result = await compare(hard);
  context.diagnostic(`gate ${result.ours}, plain ${result.plain} of ${result.positives}`);
  assert.deepEqual(result.wrong, []);
  assert.ok(result.ours > result.plain, JSON.stringify(result));
});

async function compare(pictures: readonly Photo[]) {
  const result = { positives: 0, negatives: 0, ours: 0, plain: 0, wrong: [] as string[] };
  for (const { file, expected, picture } of pictures) {
    const [ours, plain] = await Promise.all([byTheGate(picture), byPlainZxing(picture)]);
    if (expected === null) result.negatives += 1;
    else result.positives += 1;
    if (ours !== null && ours !== expected) result.wrong.push(`${file}: ${ours}`);
    if (expected !== null && ours === expected) result.ours += 1;
    if (expected !== null && plain === expected) result.plain += 1;
  }
  return result;
}

function byTheGate({ width, height, pixels }: Picture): Promise<string | null> {
  const grey = Buffer.from(pixels).toString('base64');
  return opened.page.evaluate<string | null>(
    `decodeStill(${width}, ${height}, ${JSON.stringify(grey)})`,
  );
}

async function byPlainZxing(picture: Picture): Promise<string | null> {
  const found = await readBarcodes(imageDataOf(picture), {
    formats: ['QRCode'],
    textMode: 'Plain',
    maxNumberOfSymbols: 1,
    tryHarder: true,
    tryDownscale: true,
    tryRotate: true,
    tryInvert: true,
  });
  return found.find(({ isValid }) => isValid)?.text ?? null;
}

/** Smaller, darker, and with the noise of a sensor, the same in every run. */
function fromAfar(picture: Picture, share: number): Picture {
  const small = scaled(picture, share);
  let seed = 20_261_129;
  const pixels = small.pixels.map((value) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.min(255, Math.max(0, value * 0.6 + 20 + ((seed >>> 16) % 41) - 20));
  });
  return { ...small, pixels };
}

function readPhotos(): Photo[] {
  const manifest = JSON.parse(readFileSync(path.join(PHOTOS, 'manifest.json'), 'utf8')) as {
    file: string;
    expected: string | null;
  }[];
  const chosen = manifest.filter((_, index) => index % ONE_OF === 0);
  return chosen.flatMap(({ file, expected }) => {
    const picture = decodePng(readFileSync(path.join(PHOTOS, file)));
    return picture === null ? [] : [{ file, expected, picture }];
  });
}

/** The worker of the build, as the service worker knows it. */
async function workerAddress(): Promise<string> {
  const text = await (await fetch(`${server.url}/gate/service-worker.js`)).text();
  return /\/gate\/assets\/decode-worker-[\w-]+\.js/.exec(text)?.[0] ?? '';
}

const WORKER_IN_PAGE = `(address) => {
  const worker = new Worker(address, { type: 'module' });
  let id = 0;
  globalThis.decodeStill = (width, height, base64) => new Promise((resolve, reject) => {
    const grey = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const data = new Uint8ClampedArray(grey.length * 4);
    grey.forEach((value, at) => data.set([value, value, value, 255], at * 4));
    id += 1;
    worker.onmessage = ({ data: answer }) =>
      answer.fault === null ? resolve(answer.found?.text ?? null) : reject(new Error(answer.fault));
    worker.postMessage({ id, kind: 'still', image: { width, height, data, colorSpace: 'srgb' } });
  });
}`;
