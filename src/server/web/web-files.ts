// The built web apps, held in memory by their exact addresses: no request ever reaches the file system,
// so none can ask for a file that is not one of theirs.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export type WebFile = {
  readonly type: string;
  readonly etag: string;
  /** The name holds a hash of the content: it never changes. */
  readonly isImmutable: boolean;
  readonly plain: Buffer;
  readonly br: Buffer | null;
  readonly gzip: Buffer | null;
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.json': 'application/json',
};

/** How often a new build is looked for. */
const LOOK_EVERY_MS = 1_000;

/**
 * Files by address, such as `/gate/assets/main-a1b2c3.js`. A new build is taken over while serving; what
 * the build before it named by hash stays, for pages that were opened then.
 */
export class WebFiles {
  readonly #folder: string;
  #files = new Map<string, WebFile>();
  #release: string | null = null;
  #builtAtMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param address - without query; a folder is its `index.html` */
  find(address: string): WebFile | null {
    this.#look();
    return this.#files.get(address.endsWith('/') ? `${address}index.html` : address) ?? null;
  }

  /** By which a gate is told to run this build. */
  get release(): string | null {
    this.#look();
    return this.#release;
  }

  get isBuilt(): boolean {
    this.#look();
    return this.#files.size > 0;
  }

  #look(): void {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    // Written last by the build.
    const builtAtMs = statSync(path.join(this.#folder, 'stamp'), {
      throwIfNoEntry: false,
    })?.mtimeMs;
    if (builtAtMs === undefined || builtAtMs === this.#builtAtMs) return;
    this.#builtAtMs = builtAtMs;
    const kept = [...this.#files].filter(([, file]) => file.isImmutable);
    this.#files = new Map([...kept, ...readAll(this.#folder)]);
    const named = path.join(this.#folder, 'release');
    this.#release = existsSync(named) ? readFileSync(named, 'utf8').trim() : null;
  }
}

function readAll(folder: string): Map<string, WebFile> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const present = new Set(names);
  const files = new Map<string, WebFile>();
  for (const name of names) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const plain = readFileSync(name);
    const packed = (ending: string) =>
      present.has(name + ending) ? readFileSync(name + ending) : null;
    const address = `/${path.relative(folder, name).split(path.sep).join('/')}`;
    files.set(address, {
      type,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      isImmutable: address.includes('/assets/'),
      plain,
      br: packed('.br'),
      gzip: packed('.gz'),
    });
  }
  return files;
}
