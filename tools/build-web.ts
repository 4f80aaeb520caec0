// Builds the web apps into build/web: `npm run build`. Costs nothing when nothing they are made of has
// changed. The new build takes the place of the old one as a whole, so that a server never sees half.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig } from 'vite';

const ROOT = new URL('../', import.meta.url).pathname;
const OUT = path.join(ROOT, 'build/web');
/** The build before: a gate may be moved back to it. */
const PREVIOUS = path.join(ROOT, 'build/web-previous');
const SOURCES = [
  'src/{web,lane,domain,protocol}/**/*',
  'package-lock.json',
  'package.json',
  'tools/build-web.ts',
];
const APPS = ['gate', 'console', 'shop'] as const;
/** What is smaller, or packed already, is sent as it is. */
const PACK_FROM_BYTES = 1_024;
const PACKED = /\.(js|css|html|svg|wasm|webmanifest|json)$/;

/** `node tools/build-web.ts gate` builds that one anew and leaves the others as they are. */
const asked = process.argv.slice(2);
const stamp = stampOfSources();
const release = releaseOf(stamp);
if (asked.length === 0 && stampOfBuild() === stamp) process.exit(0);
const startedMs = performance.now();
const next = `${OUT}-${process.pid}`;
rmSync(next, { recursive: true, force: true });
try {
  for (const app of APPS) {
    const built = path.join(next, app);
    if (asked.length === 0 || asked.includes(app)) {
      await build(configOf(app, built));
      await buildServiceWorker(app, built);
      pack(built);
    } else if (existsSync(path.join(OUT, app))) {
      cpSync(path.join(OUT, app), built, { recursive: true });
    }
  }
  writeFileSync(path.join(next, 'release'), release);
  writeFileSync(path.join(next, 'stamp'), asked.length === 0 ? stamp : `in part ${Date.now()}`);
  replace(next);
} finally {
  rmSync(next, { recursive: true, force: true });
}
process.stderr.write(
  `网页已构建 · Built the web apps in ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`,
);

function stampOfBuild(): string | null {
  const file = path.join(OUT, 'stamp');
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** By which a gate is told to run this build: the version, and what it is made of. */
function releaseOf(sources: string): string {
  const file = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  const { version } = JSON.parse(file) as { version: string };
  return `${version}-${sources.slice(0, 10)}`;
}

function stampOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
  for (const file of files)
    hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

function configOf(app: (typeof APPS)[number], outDir: string): InlineConfig {
  return {
    configFile: false,
    root: path.join(ROOT, 'src/web', app),
    base: `/${app}/`,
    logLevel: 'warn',
    plugins: [react(), tailwind()],
    define: { RELEASE: JSON.stringify(release) },
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: ['chrome111', 'safari16.4', 'firefox121'],
      // A data: address would need a wider content policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1_000,
    },
  };
}

/** The app's service worker; the gate's knows each file of this very build by name and hash. */
async function buildServiceWorker(app: (typeof APPS)[number], outDir: string): Promise<void> {
  const files = globSync('**/*', { cwd: outDir, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
  const precache = files.map((file) => ({
    url: `/${app}/${path.relative(outDir, file)}`.replace(/\/index\.html$/, '/'),
    hash: createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16),
  }));
  await build({
    configFile: false,
    root: path.join(ROOT, 'src/web', app),
    base: `/${app}/`,
    logLevel: 'warn',
    publicDir: false,
    define: { PRECACHE: JSON.stringify(precache), RELEASE: JSON.stringify(release) },
    build: {
      outDir,
      emptyOutDir: false,
      target: ['chrome111', 'safari16.4', 'firefox121'],
      reportCompressedSize: false,
      rolldownOptions: {
        input: path.join(ROOT, 'src/web', app, 'service-worker/service-worker.ts'),
        output: { entryFileNames: 'service-worker.js', format: 'iife' },
      },
    },
  });
}

/** Packed once here, so that a server never spends a scan's time on it. */
function pack(folder: string): void {
  for (const name of globSync('**/*', { cwd: folder })) {
    if (!PACKED.test(name)) continue;
    const file = path.join(folder, name);
    const bytes = readFileSync(file);
    if (bytes.length < PACK_FROM_BYTES) continue;
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

function replace(built: string): void {
  const old = `${OUT}-old-${process.pid}`;
  mkdirSync(path.dirname(OUT), { recursive: true });
  if (existsSync(OUT)) renameSync(OUT, old);
  renameSync(built, OUT);
  const before = path.join(old, 'release');
  if (existsSync(before) && readFileSync(before, 'utf8') !== release) {
    rmSync(PREVIOUS, { recursive: true, force: true });
    renameSync(old, PREVIOUS);
  }
  rmSync(old, { recursive: true, force: true });
}
