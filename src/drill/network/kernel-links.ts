// Network namespaces and the cables between them, by the system’s own program.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Of the system, not of a package. */
const IP = 'ip';
const NAME = /^kaimen-(\d+)-/;
/** A card that nobody has. */
export const NOBODY = '02:00:00:00:00:01';

export type End = {
  /** Null: where this process stands. */
  readonly namespace: string | null;
  readonly address: string;
  readonly device: string;
};

/** @throws with what the program said */
export function ip(...args: readonly string[]): string {
  return execFileSync(IP, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export function mayMakeNamespaces(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const name = `kaimen-${process.pid}-may`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return true;
  } catch {
    return false;
  }
}

export function addNamespace(name: string, address: string): void {
  ip('netns', 'add', name);
  ip('-n', name, 'link', 'set', 'lo', 'up');
  ip('-n', name, 'addr', 'add', `${address}/32`, 'dev', 'lo');
}

/** One cable, and at each end the way to the other’s address. */
export function joinNamespaces(one: End, other: End): void {
  const isIn = ({ namespace }: End) => (namespace === null ? [] : ['netns', namespace]);
  const near = ['name', one.device, ...isIn(one)];
  ip('link', 'add', ...near, 'type', 'veth', 'peer', 'name', other.device, ...isIn(other));
  for (const [end, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    const at = end.namespace === null ? [] : ['-n', end.namespace];
    if (end.namespace === null) ip('addr', 'add', `${end.address}/32`, 'dev', end.device);
    ip(...at, 'link', 'set', end.device, 'up');
    ip(...at, 'route', 'add', `${peer.address}/32`, 'dev', end.device, 'src', end.address);
  }
}

export function removeNamespaces(names: readonly string[]): void {
  const there = namespaces();
  for (const name of names) {
    // With it goes every cable that leads into it.
    if (there.includes(name)) ip('netns', 'del', name);
  }
}

/** Of rehearsals that were killed before they could clear up. */
export function clearDead(): void {
  const dead = namespaces().filter((name) => {
    const pid = NAME.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
  for (const name of dead) ip('netns', 'del', name);
}

function namespaces(): string[] {
  return ip('netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => NAME.test(name));
}
