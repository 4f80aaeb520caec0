// A club moves in while its old system still sells: files every second, scans all the time, and for a few
// matches both systems deciding on the same codes.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DrillClient, type Lane } from '../src/drill/drill-client.ts';
import { FiledMatch } from '../src/drill/filed-match.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { entryScan } from '../src/drill/small-match.ts';
import type { ScanAnswer } from '../src/protocol/scans.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';

const TICKETS = 8_000;
const CONNECTIONS = 32;
const DELTAS = 6;
const EACH_KIND = 20;

const scratch = openTemporaryDirectory();
let server: ServerProcess;
let client: DrillClient;

before(async () => {
  server = await ServerProcess.start(path.join(scratch.path, 'data'));
  client = await DrillClient.open(server.url, 4, server.adminToken);
});

after(async () => {
  client?.[Symbol.dispose]();
  await server?.stop();
  scratch[Symbol.dispose]();
});

type Sold = { readonly ref: string; code: string; status: 'valid' | 'cancelled' };
type Told = { readonly sold: Sold; readonly code: string; readonly at: number };
type Seen = { readonly ref: string; readonly code: string; readonly at: number; verdict: string };

/** Barcodes as old systems print them: mostly EAN-13, some with letters and signs. */
function barcode(n: number): string {
  const digits = String(n).padStart(6, '0');
  if (n % 10 === 7) return `GZ/${digits}-${n % 7}`;
  if (n % 10 === 8) return `s${digits}abc`;
  if (n % 10 === 9) return `票${digits}`;
  return `690${digits}${String((n * 7919) % 10_000).padStart(4, '0')}`;
}

function row({ ref, code, status }: Sold): string {
  return `${ref},adult,${code},${status}\n`;
}

const HEADER = 'ticket_ref,type,code,status\n';

/** The old system: what it has sold, and a file of what has changed. */
class OldSystem {
  readonly sold: Sold[] = [];
  readonly #match: FiledMatch;
  /** Codes that were good until a file, and when that file was acknowledged. */
  readonly ended: Told[] = [];
  #codes = 0;

  constructor(match: FiledMatch) {
    this.#match = match;
  }

  async sellFirst(count: number): Promise<void> {
    for (let n = 0; n < count; n++) this.#sell();
    const { added } = await this.#match.take(HEADER + this.sold.map(row).join(''));
    assert.equal(added, count);
  }

  /** @returns what the acknowledged file named */
  async sendDelta(round: number) {
    const at = (index: number) => this.sold[(index * 7 + round * 1_009) % TICKETS] as Sold;
    const pick = Array.from({ length: 2 * EACH_KIND }, (_, index) => at(index * 13));
    const fresh = Array.from({ length: EACH_KIND }, () => this.#sell());
    const cancelled = pick.slice(0, EACH_KIND).filter(({ status }) => status === 'valid');
    const changed = pick.slice(EACH_KIND).filter(({ status }) => status === 'valid');
    const before = [...cancelled, ...changed].map((sold) => ({ sold, code: sold.code }));
    const next = [
      ...cancelled.map((sold) => ({ ...sold, status: 'cancelled' as const })),
      ...changed.map((sold) => ({ ...sold, code: barcode(++this.#codes) })),
    ];
    await this.#match.take(HEADER + [...fresh, ...next].map(row).join(''));
    const now = performance.now();
    this.ended.push(...before.map((each) => ({ ...each, at: now })));
    for (const { ref, code, status } of next) {
      const sold = this.sold.find((each) => each.ref === ref);
      if (sold !== undefined) Object.assign(sold, { code, status });
    }
    return { fresh, cancelled, changed };
  }

  #sell(): Sold {
    this.#codes += 1;
    const sold: Sold = { ref: `T-${this.#codes}`, code: barcode(this.#codes), status: 'valid' };
    this.sold.push(sold);
    return sold;
  }
}

class Gate {
  readonly seen: Seen[] = [];
  readonly #lanes: Lane[] = [];
  readonly #lines: DrillClient;
  #scans = 0;

  private constructor(lines: DrillClient) {
    this.#lines = lines;
  }

  static async open(match: FiledMatch): Promise<Gate> {
    const gate = new Gate(await DrillClient.open(server.url, CONNECTIONS));
    for (let lane = 0; lane < CONNECTIONS; lane++) {
      const body = { event: match.id, gate: 'N1' };
      gate.#lanes.push(await client.ask<Lane>({ path: '/api/v1/devices', body }));
    }
    return gate;
  }

  async scan({ ref, code }: Sold, lane = this.#scans): Promise<ScanAnswer> {
    this.#scans += 1;
    const scan = entryScan(`scan-${this.#scans}`, code);
    const seen: Seen = { ref, code, at: performance.now(), verdict: '' };
    this.seen.push(seen);
    const answer = await this.#lines.scan(this.#lanes[lane % CONNECTIONS] as Lane, scan);
    seen.verdict = answer.reason ?? answer.verdict;
    return answer;
  }

  close(): void {
    this.#lines[Symbol.dispose]();
  }
}

test('8,000 foreign barcodes with files every second while scanning: none lost, none twice', async (t) => {
  const match = await FiledMatch.open(client, 'moving-in');
  const old = new OldSystem(match);
  await old.sellFirst(TICKETS);
  const gate = await Gate.open(match);
  let isOver = false;
  const crowd = Array.from({ length: CONNECTIONS - 4 }, async (_, lane) => {
    for (let step = lane; !isOver; step += CONNECTIONS) {
      // Everybody comes twice, the second time somewhere else.
      const sold = old.sold[(step * 11) % old.sold.length] as Sold;
      await gate.scan({ ...sold });
    }
  });
  try {
    for (let round = 0; round < DELTAS; round++) {
      const startedAt = performance.now();
      const { fresh, cancelled, changed } = await old.sendDelta(round);
      // Scanned the moment that the file is acknowledged, against the crowd.
      const answers = await Promise.all([...fresh, ...changed].map((sold) => gate.scan(sold)));
      for (const { verdict, reason } of answers) {
        assert.ok(verdict === 'admitted' || reason === 'already-used', `${verdict} ${reason}`);
      }
      for (const sold of cancelled) assert.equal((await gate.scan(sold)).reason, 'cancelled');
      await delay(Math.max(0, 1_000 - (performance.now() - startedAt)));
    }
  } finally {
    isOver = true;
    await Promise.all(crowd);
  }
  // Whoever has not come yet comes now.
  const rest = [...old.sold];
  const late = async () => {
    for (let sold = rest.pop(); sold !== undefined; sold = rest.pop()) await gate.scan(sold);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, late));
  gate.close();
  checkAdmissions(old, gate.seen);
  t.diagnostic(`${gate.seen.length} scans of ${old.sold.length} tickets, ${DELTAS} files`);
});

function checkAdmissions(old: OldSystem, seen: readonly Seen[]): void {
  const admitted = new Map<string, number>();
  for (const { ref, verdict } of seen) {
    if (verdict === 'admitted') admitted.set(ref, (admitted.get(ref) ?? 0) + 1);
  }
  for (const { ref, status } of old.sold) {
    const times = admitted.get(ref) ?? 0;
    if (status === 'valid') assert.equal(times, 1, `${ref} was admitted ${times} times`);
    else assert.ok(times <= 1, `${ref} was admitted ${times} times`);
  }
  const endedAt = new Map(old.ended.map(({ code, at }) => [code, at]));
  const afterwards = seen.filter(({ code, at }) => at > (endedAt.get(code) ?? Infinity));
  assert.ok(afterwards.length > 0);
  const verdicts = new Set(afterwards.map(({ verdict }) => verdict));
  assert.deepEqual(
    [...verdicts].filter((word) => !['revoked', 'cancelled'].includes(word)),
    [],
  );
}

test('cards and documents match at the hub however a reader spells them', async () => {
  const match = await FiledMatch.open(client, 'cards');
  await match.take(
    'ticket_ref,type,card_uid,document\n' +
      'A,adult,04:A2:1F:99,\nB,adult,04b21f99,\nC,adult,,11010119900101123X\nD,adult,,e12345678\n',
  );
  assert.equal(await match.scan('04a21f99'), 'admitted');
  assert.equal(await match.scan('04-A2-1F-99'), 'already-used');
  assert.equal(await match.scan('04:B2:1F:99'), 'admitted');
  assert.equal(await match.scan('110101 19900101 123x'), 'admitted');
  assert.equal(await match.scan('Ｅ１２３４５６７８'), 'admitted');
});
