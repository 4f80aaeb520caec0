// A node of the rehearsal, hub or box: a process that is killed, frozen and started again on its data.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeName } from '#drill/catalogue/parties.ts';
import { type RunAs, ServerProcess } from '#drill/server-process.ts';

export type NodeSetting = {
  readonly name: NodeName;
  readonly dataDir: string;
  readonly port: number;
  readonly options: readonly string[];
  readonly runAs: RunAs;
};

const START_TRIES = 3;
const TRY_AGAIN_MS = 500;

/** Nothing of a rehearsal runs on when its process ends in the middle of it. */
const started = new Set<NodePost>();
process.once('exit', () => {
  for (const node of started) node.abandon();
});

export class NodePost implements AsyncDisposable {
  readonly setting: NodeSetting;
  /** Starts that failed, and why. */
  readonly failedStarts: string[] = [];
  #server: ServerProcess | null = null;

  constructor(setting: NodeSetting) {
    this.setting = setting;
  }

  get isRunning(): boolean {
    return this.#server?.isRunning ?? false;
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  get adminToken(): string {
    return readFileSync(path.join(this.setting.dataDir, 'admin-token'), 'utf8').trim();
  }

  /** The last lines of its log. */
  said(): string {
    return this.#server?.said() ?? '';
  }

  /** As a supervisor of services does: once more when it did not come up. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    started.add(this);
    const { dataDir, port, options, runAs } = this.setting;
    for (let tries = 1; ; tries += 1) {
      try {
        this.#server = await ServerProcess.start(dataDir, port, options, runAs);
        return;
      } catch (error) {
        this.failedStarts.push((error as Error).message);
        if (tries >= START_TRIES) throw error;
        await delay(TRY_AGAIN_MS);
      }
    }
  }

  async kill(): Promise<void> {
    if (this.isRunning) await this.#server?.kill();
  }

  /** As when its machine loses power: the database dies with it, and none of its processes writes any more. */
  async loseMachine(): Promise<void> {
    await this.kill();
    const postmaster = this.#postmaster();
    if (postmaster === null) return;
    // Stopped first, or it would start others while these are counted.
    signal(postmaster, 'SIGSTOP');
    const family = [postmaster, ...childrenOf(postmaster)];
    for (const pid of family) signal(pid, 'SIGKILL');
    await Promise.all(family.map(untilGone));
  }

  /** @returns whether there was one to kill */
  killDatabase(): boolean {
    const pid = this.#postmaster();
    return pid !== null && signal(pid, 'SIGKILL');
  }

  freeze(): void {
    signal(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    signal(this.pid, 'SIGCONT');
  }

  /** It was put on a machine whose old processes are gone, whatever a copied file says. */
  forgetProcesses(): void {
    const file = path.join(this.setting.dataDir, 'postgres', 'postmaster.pid');
    if (existsSync(file)) rmSync(file);
  }

  /** At once, and without waiting for it. */
  abandon(): void {
    const postmaster = this.#postmaster();
    if (this.isRunning) signal(this.pid, 'SIGKILL');
    if (postmaster !== null) signal(postmaster, 'SIGQUIT');
  }

  /** Where nothing is to be kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    const postmaster = this.#postmaster();
    await this.kill();
    if (postmaster !== null) signal(postmaster, 'SIGQUIT');
    await untilGone(postmaster);
    started.delete(this);
  }

  #postmaster(): number | null {
    try {
      const file = path.join(this.setting.dataDir, 'postgres', 'postmaster.pid');
      const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
      return pid > 1 ? pid : null;
    } catch {
      return null;
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return pid > 1 && process.kill(pid, name);
  } catch {
    return false;
  }
}

/** As `/proc` has it; none elsewhere than on Linux. */
function childrenOf(parent: number): number[] {
  try {
    const file = `/proc/${parent}/task/${parent}/children`;
    return readFileSync(file, 'utf8').trim().split(' ').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

const GONE_MS_MAX = 5_000;

async function untilGone(pid: number | null): Promise<void> {
  const until = performance.now() + GONE_MS_MAX;
  while (pid !== null && isAlive(pid) && performance.now() < until) await delay(20);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that nobody has waited for yet is dead all the same.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^\d+ \(.*\) Z/.test(stat);
  } catch {
    return false;
  }
}
