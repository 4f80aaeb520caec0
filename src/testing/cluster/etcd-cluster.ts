// A real etcd of several members, each a process of its own, on this machine: on loopback, or each where it is
// told to be. Everything it starts is stopped and removed with it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const HEARTBEAT_MS = 50;
export const ELECTION_MS = 500;
const READY_WITHIN_MS = 20_000;

/** Bounds of time are held to at rest; in a push, with who knows what beside it, to so many times as much. */
export const PATIENCE = process.env['KAIMEN_CLUSTER_PUSH'] === undefined ? 1 : 4;

export type MemberPlace = {
  readonly name: string;
  readonly host: string;
  /** Runs the program there, such as `ip netns exec NAME`. */
  readonly within?: readonly string[];
};

export type ClusterOptions = {
  /** Further flags for each member. */
  readonly flags?: readonly string[];
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
};

/** Why a cluster cannot be had on this machine; null when it can. */
export function missingEtcd(): string | null {
  const found = spawnSync('etcd', ['--version'], { stdio: 'ignore' });
  return found.status === 0 ? null : 'etcd is not installed: run script/setup-cluster';
}

export class EtcdProcess {
  readonly name: string;
  readonly endpoint: string;
  readonly #command: readonly string[];
  readonly #logFile: string;
  #child: ChildProcess | null = null;

  constructor(name: string, endpoint: string, command: readonly string[], logFile: string) {
    this.name = name;
    this.endpoint = endpoint;
    this.#command = command;
    this.#logFile = logFile;
  }

  start(): void {
    const [program = 'etcd', ...args] = this.#command;
    const out = openSync(this.#logFile, 'a');
    // With this process it dies, whatever becomes of that.
    const dying = ['--pdeathsig', 'KILL', program, ...args];
    this.#child = spawn('setpriv', dying, { stdio: ['ignore', out, out] });
    closeSync(out);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** It takes what it is sent, and says nothing. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  async isHealthy(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(1_000);
      const response = await fetch(`${this.endpoint}/health`, { signal });
      return ((await response.json()) as { health?: string }).health === 'true';
    } catch {
      return false;
    }
  }
}

export class EtcdCluster implements AsyncDisposable {
  readonly members: readonly EtcdProcess[];
  readonly #dir: string;

  private constructor(dir: string, members: readonly EtcdProcess[]) {
    this.#dir = dir;
    this.members = members;
  }

  static async start(
    places: readonly MemberPlace[],
    options: ClusterOptions = {},
  ): Promise<EtcdCluster> {
    const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-etcd-'));
    const ports = await freePorts(places.length * 2);
    const scheme = options.tls === undefined ? 'http' : 'https';
    const clientOf = (index: number) => `${scheme}://${places[index]?.host}:${ports[index * 2]}`;
    const peerOf = (index: number) => `http://${places[index]?.host}:${ports[index * 2 + 1]}`;
    const all = places.map(({ name }, index) => `${name}=${peerOf(index)}`).join(',');
    const members = places.map(({ name, within = [] }, index) => {
      const command = [
        ...within,
        ...['etcd', '--name', name, '--data-dir', path.join(dir, name), '--log-level', 'error'],
        ...['--listen-client-urls', clientOf(index), '--advertise-client-urls', clientOf(index)],
        ...['--listen-peer-urls', peerOf(index), '--initial-advertise-peer-urls', peerOf(index)],
        ...['--initial-cluster', all, '--initial-cluster-state', 'new', '--pre-vote'],
        ...['--heartbeat-interval', `${HEARTBEAT_MS}`, '--election-timeout', `${ELECTION_MS}`],
        ...tlsFlags(options.tls),
        ...(options.flags ?? []),
      ];
      return new EtcdProcess(name, clientOf(index), command, path.join(dir, `${name}.log`));
    });
    const cluster = new EtcdCluster(dir, members);
    try {
      for (const member of members) member.start();
      if (options.tls === undefined) await cluster.healthy();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  get endpoints(): string[] {
    return this.members.map(({ endpoint }) => endpoint);
  }

  member(name: string): EtcdProcess {
    const found = this.members.find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no member ${name}`);
    return found;
  }

  /** Resolves when all of these serve. */
  async healthy(members: readonly EtcdProcess[] = this.members): Promise<void> {
    const until = Date.now() + READY_WITHIN_MS;
    for (const member of members) {
      while (!(await member.isHealthy())) {
        if (Date.now() > until) throw new Error(`etcd ${member.name} did not come up`);
        await pause(50);
      }
    }
  }

  async leader(): Promise<EtcdProcess> {
    const until = Date.now() + READY_WITHIN_MS;
    for (;;) {
      for (const member of this.members) {
        const status = await statusOf(member.endpoint);
        if (status !== null && status.leader !== '0' && status.leader === status.header.member_id) {
          return member;
        }
      }
      if (Date.now() > until) throw new Error('no leader was elected');
      await pause(50);
    }
  }

  async moveLeader(name: string): Promise<void> {
    const until = Date.now() + READY_WITHIN_MS;
    const target = await statusOf(this.member(name).endpoint);
    for (;;) {
      const leader = await this.leader();
      if (leader.name === name) return;
      await post(leader.endpoint, '/v3/maintenance/transfer-leadership', {
        targetID: target?.header.member_id,
      });
      if (Date.now() > until) throw new Error(`${name} did not become leader`);
      await pause(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.members) await member.kill();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

type Status = { header: { member_id: string }; leader: string };

async function statusOf(endpoint: string): Promise<Status | null> {
  return (await post(endpoint, '/v3/maintenance/status', {}).catch(() => null)) as Status | null;
}

export async function post(endpoint: string, pathname: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${endpoint}${pathname}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(2_000),
  });
  return await response.json();
}

function tlsFlags(tls: ClusterOptions['tls']): string[] {
  if (tls === undefined) return [];
  const { ca, cert, key } = tls;
  return ['--cert-file', cert, '--key-file', key, '--client-cert-auth', '--trusted-ca-file', ca];
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
