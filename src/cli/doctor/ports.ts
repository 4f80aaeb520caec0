// What listens beyond this machine, and in the clear. Read from the kernel, then asked: a port that speaks TLS
// answers a handshake, one that does not lets everybody in the network read along.
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';
import { type Finding, found } from './finding.ts';

const LISTENING = '0A';
const ANSWER_WITHIN_MS = 1_500;
/** Encrypted by themselves, or without anything to hide. */
const NOT_OURS = new Map([
  [22, 'ssh'],
  [53, 'dns'],
]);
/** With these, everything lies open: whoever reaches them in the clear needs nothing more. */
const MATTERS = new Map([
  [5432, 'PostgreSQL'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [8008, 'Patroni'],
  [8080, 'kaimen'],
]);

export type Listener = { readonly address: string; readonly port: number };

export async function lookAtPorts(): Promise<Finding[]> {
  const open = openListeners();
  if (open === null) {
    return [
      found('ports', 'unknown', 'this machine', {
        zh: '此系统上看不到监听端口',
        en: 'listening ports cannot be seen on this system',
      }),
    ];
  }
  const judged = await Promise.all(open.map(judge));
  if (judged.length > 0) return judged;
  return [
    found('ports', 'ok', 'this machine', {
      zh: '没有端口对外监听',
      en: 'nothing listens beyond this machine',
    }),
  ];
}

async function judge({ address, port }: Listener): Promise<Finding> {
  const subject = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  const known = NOT_OURS.get(port);
  if (known !== undefined) {
    return found('ports', 'ok', subject, { zh: known, en: known, values: { tls: false } });
  }
  const target = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address;
  if (await speaksTls(target, port)) {
    return found('ports', 'ok', subject, { zh: '用 TLS', en: 'speaks TLS', values: { tls: true } });
  }
  const name = MATTERS.get(port);
  return found('ports', name === undefined ? 'warn' : 'fail', subject, {
    zh: `${name ?? '有程序'}对外监听，不用 TLS`,
    en: `${name ?? 'something'} listens beyond this machine, without TLS`,
    values: { tls: false },
    mend: {
      zh: '改为只听 127.0.0.1，或配上证书；用防火墙挡住不该到的人',
      en: 'let it listen on 127.0.0.1 alone, or give it a certificate; keep others out by the firewall',
    },
  });
}

async function speaksTls(host: string, port: number): Promise<boolean> {
  return (await shakesHands(host, port)) || (await offersTlsForPostgres(host, port));
}

function shakesHands(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, rejectUnauthorized: false, timeout: ANSWER_WITHIN_MS });
  socket.once('secureConnect', () => resolve(true));
  // One that asks for a certificate of ours speaks TLS too.
  socket.once('error', ({ code }: NodeJS.ErrnoException) =>
    resolve(code?.startsWith('ERR_SSL_TLSV1') === true || code?.includes('ALERT') === true),
  );
  socket.once('timeout', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** PostgreSQL is asked in its own words (SSLRequest), and says S or N. */
function offersTlsForPostgres(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connectPlain({ host, port, timeout: ANSWER_WITHIN_MS });
  socket.once('connect', () => socket.write(Buffer.from('0000000804d2162f', 'hex')));
  socket.once('data', (bytes) => resolve(bytes.toString('latin1') === 'S'));
  for (const end of ['error', 'timeout', 'close']) socket.once(end, () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** @returns null where the kernel does not tell */
function openListeners(): Listener[] | null {
  const found = new Map<string, Listener>();
  try {
    for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
      for (const line of readFileSync(file, 'latin1').split('\n').slice(1)) {
        const [, local = '', , state] = line.trim().split(/\s+/);
        const listener = state === LISTENING ? listenerOf(local) : null;
        if (listener !== null) found.set(`${listener.address} ${listener.port}`, listener);
      }
    }
  } catch {
    return null;
  }
  return [...found.values()].sort((a, b) => a.port - b.port);
}

/** @returns null on loopback */
export function listenerOf(local: string): Listener | null {
  const [hex = '', portHex = ''] = local.split(':');
  // Words of four bytes, each the least first, as the processor keeps them.
  const bytes = [...(hex.match(/.{8}/g) ?? [])].flatMap((word) => [
    ...Buffer.from(word, 'hex').reverse(),
  ]);
  const port = Number.parseInt(portHex, 16);
  const isMapped = bytes.length === 16 && bytes.slice(0, 12).join() === MAPPED;
  if (bytes.length === 4 || isMapped) {
    const last = bytes.slice(-4);
    return last[0] === 127 ? null : { address: last.join('.'), port };
  }
  if (bytes.slice(0, 15).every((byte) => byte === 0)) {
    return bytes[15] === 1 ? null : { address: '::', port };
  }
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0)).toString(16),
  );
  return { address: groups.join(':'), port };
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255].join();
