// Three members of PostgreSQL under Patroni and the three of etcd that they ask, as deploy/patroni says, on
// loopback. One such cluster is one region.
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '#drill/network/free-port.ts';
import { until } from '../../../src/testing/waiting.ts';
import { deployedEnvironment, deployedFile } from './deployed-file.ts';
import { Program } from './program.ts';

const READY_MS = 90_000;

export type PatroniOptions = {
  readonly dir: string;
  readonly tls: string;
  readonly scope: string;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly members?: number;
  /** A test cannot wait as long as production does: a fifth of the times of the shipped file. */
  readonly isQuick?: boolean;
  /** Stands by: copies from there until it is promoted. */
  readonly standbyOf?: { readonly host: string; readonly port: number };
};

export type Member = {
  readonly name: string;
  readonly restPort: number;
  readonly port: number;
  readonly dataDir: string;
  readonly program: Program;
};

type Shown = { readonly name: string; readonly role: string; readonly state: string };

export function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export class PatroniCluster {
  readonly members: Member[] = [];
  readonly etcd: Program[] = [];
  readonly #options: PatroniOptions;
  readonly #etcdPorts: { client: number; peer: number }[] = [];

  constructor(options: PatroniOptions) {
    this.#options = options;
  }

  /** @returns once there is a leader and, unless it stands by, somebody whom its commits wait for */
  async start(): Promise<this> {
    await this.#startEtcd();
    for (let index = 1; index <= (this.#options.members ?? 3); index++)
      await this.#addMember(index);
    for (const { program } of this.members) program.start();
    await this.ready();
    return this;
  }

  async ready(withinMs = READY_MS): Promise<void> {
    const count = this.members.filter(({ program }) => program.isRunning).length;
    const isStandby = this.#options.standbyOf !== undefined;
    try {
      await until(
        withinMs,
        () => this.show(),
        (shown) =>
          shown.length >= count &&
          shown.every(({ state }) => state === 'running' || state === 'streaming') &&
          shown.some(({ role }) => role === 'leader' || role === 'standby_leader') &&
          (isStandby || count < 2 || shown.some(({ role }) => role === 'sync_standby')),
      );
    } catch (error) {
      throw new Error(this.members.map(({ program }) => program.said()).join('\n'), {
        cause: error,
      });
    }
  }

  /** As the members see it; empty while none answers. */
  async show(): Promise<readonly Shown[]> {
    for (const { restPort } of this.members) {
      const body = await this.rest(restPort, 'GET', '/cluster').catch(() => null);
      if (body?.status === 200) return (JSON.parse(body.text) as { members: Shown[] }).members;
    }
    return [];
  }

  async leader(): Promise<Member> {
    const { value } = await until(
      READY_MS,
      async () => {
        const asked = this.members.map(async (member) => {
          const answer = await this.rest(member.restPort, 'GET', '/leader').catch(() => null);
          return answer?.status === 200 ? member : null;
        });
        return (await Promise.all(asked)).find((member) => member !== null) ?? null;
      },
      (member) => member !== null,
    );
    return value as Member;
  }

  /** The machine is gone: Patroni and PostgreSQL with one blow each. */
  async killMember(member: Member): Promise<void> {
    const postmaster = Number.parseInt(
      readFileSync(path.join(member.dataDir, 'postmaster.pid'), 'utf8'),
      10,
    );
    process.kill(member.program.pid, 'SIGKILL');
    process.kill(postmaster, 'SIGKILL');
    await member.program.end();
  }

  /** The one that the others of etcd follow. */
  async etcdLeader(): Promise<Program> {
    for (const [index, program] of this.etcd.entries()) {
      if (!program.isRunning) continue;
      const out = this.#etcdctl(['endpoint', 'status', '-w', 'json'], index);
      const [status] = JSON.parse(out.replaceAll(/"(member_id|leader)":(\d+)/g, '"$1":"$2"')) as [
        { Status: { header: { member_id: string }; leader: string } },
      ];
      if (status.Status.leader === status.Status.header.member_id) return program;
    }
    throw new Error('etcd has no leader');
  }

  databaseUrl(): string {
    const { tls } = this.#options;
    const hosts = this.members.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return `postgresql://kaimen@${hosts}/kaimen?target_session_attrs=read-write&sslmode=verify-full&sslrootcert=${tls}/ca.pem&sslcert=${tls}/kaimen.pem&sslkey=${tls}/kaimen-key.pem`;
  }

  /** Asks a member as an administrator does: with a certificate. */
  async rest(
    port: number,
    method: string,
    address: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }> {
    const { tls } = this.#options;
    const read = (name: string) => readFileSync(path.join(tls, name));
    return await new Promise((resolve, reject) => {
      const asking = https.request(
        {
          ...{ host: '127.0.0.1', port, method, path: address, timeout: 2_000, agent: false },
          ...{ ca: read('ca.pem'), cert: read('member.pem'), key: read('member-key.pem') },
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      asking.on('timeout', () => asking.destroy(new Error('no answer in time')));
      asking.on('error', reject);
      asking.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map(({ program }) => program.end('SIGTERM')));
    await Promise.all(this.etcd.map((program) => program.end()));
  }

  /** Of the whole region: every machine in it, at once. */
  async killAll(): Promise<void> {
    await Promise.all(this.members.map((member) => this.killMember(member)));
    await Promise.all(this.etcd.map((program) => program.end()));
  }

  async #startEtcd(): Promise<void> {
    const { dir, tls, scope, owner } = this.#options;
    for (let index = 0; index < 3; index++) {
      this.#etcdPorts.push({ client: await freePort(), peer: await freePort() });
    }
    const name = (index: number) => `${scope}-${index + 1}`;
    const initial = this.#etcdPorts
      .map(({ peer }, index) => `${name(index)}=https://127.0.0.1:${peer}`)
      .join(',');
    for (const [index, { client, peer }] of this.#etcdPorts.entries()) {
      const env = {
        ...deployedEnvironment('patroni/etcd.env', { tls, run: dir }),
        ETCD_NAME: name(index),
        ETCD_DATA_DIR: path.join(dir, `etcd-${name(index)}`),
        ETCD_LISTEN_CLIENT_URLS: `https://127.0.0.1:${client}`,
        ETCD_ADVERTISE_CLIENT_URLS: `https://127.0.0.1:${client}`,
        ETCD_LISTEN_PEER_URLS: `https://127.0.0.1:${peer}`,
        ETCD_INITIAL_ADVERTISE_PEER_URLS: `https://127.0.0.1:${peer}`,
        ETCD_INITIAL_CLUSTER: initial,
        ETCD_INITIAL_CLUSTER_TOKEN: scope,
      };
      const program = new Program(`etcd ${name(index)}`, {
        command: '/usr/bin/etcd',
        args: [],
        env,
        owner,
      });
      this.etcd.push(program.start());
    }
    await pause(1_000);
  }

  async #addMember(index: number): Promise<void> {
    const { dir, tls, scope, owner, isQuick = true, standbyOf } = this.#options;
    const name = `${scope}-${index}`;
    const run = path.join(dir, `run-${name}`);
    mkdirSync(run);
    chownSync(run, owner.uid, owner.gid);
    let config = deployedFile('patroni/patroni.yml', { tls, run });
    if (isQuick) {
      config = config
        .replace('ttl: 20', 'ttl: 5')
        .replace('loop_wait: 5', 'loop_wait: 1')
        .replace('retry_timeout: 5', 'retry_timeout: 2');
    }
    if (standbyOf !== undefined) {
      const block = deployedFile('patroni/standby-cluster.yml', { tls, run })
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => `    ${line}`)
        .join('\n')
        .replace('db.hub-east.example', standbyOf.host)
        .replace('5432', String(standbyOf.port));
      config = config.replace('  dcs:\n', `  dcs:\n${block}\n`);
    }
    const file = path.join(dir, `patroni-${name}.yml`);
    writeFileSync(file, config);
    const [restPort, port] = [await freePort(), await freePort()];
    const dataDir = path.join(dir, `data-${name}`);
    const env = {
      ...deployedEnvironment('patroni/member.env', { tls, run }),
      PATRONI_SCOPE: scope,
      PATRONI_NAME: name,
      PATRONI_RESTAPI_LISTEN: `127.0.0.1:${restPort}`,
      PATRONI_RESTAPI_CONNECT_ADDRESS: `127.0.0.1:${restPort}`,
      PATRONI_POSTGRESQL_LISTEN: `127.0.0.1:${port}`,
      PATRONI_POSTGRESQL_CONNECT_ADDRESS: `127.0.0.1:${port}`,
      PATRONI_POSTGRESQL_DATA_DIR: dataDir,
      PATRONI_ETCD3_HOSTS: this.#etcdPorts.map(({ client }) => `127.0.0.1:${client}`).join(','),
    };
    const program = new Program(`patroni ${name}`, {
      command: '/usr/bin/patroni',
      args: [file],
      env,
      owner,
    });
    this.members.push({ name, restPort, port, dataDir, program });
  }

  #etcdctl(args: readonly string[], index: number): string {
    const { tls } = this.#options;
    const endpoint = `https://127.0.0.1:${this.#etcdPorts[index]?.client}`;
    const how = ['--endpoints', endpoint, '--cacert', `${tls}/ca.pem`];
    const who = ['--cert', `${tls}/member.pem`, '--key', `${tls}/member-key.pem`];
    return execFileSync('/usr/bin/etcdctl', [...how, ...who, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ETCDCTL_API: '3' },
      timeout: 10_000,
    });
  }
}
