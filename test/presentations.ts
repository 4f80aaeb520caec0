// Tickets shown at lanes, many at once, and what each lane was told.
import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { ScanAnswer, ScanRequest, scanPage } from '#protocol/scans.ts';
import type { Chance } from '../src/drill/demo/seed/chance.ts';
import type { DrillClient, Lane } from '../src/drill/drill-client.ts';
import type { Connections } from '../src/drill/load/connections.ts';
import { closedLoop } from '../src/drill/load/loops.ts';
import { entryScan, type SmallMatch } from '../src/drill/small-match.ts';

export type Presentation = {
  readonly lane: Lane;
  readonly deviceId: string;
  readonly scanId: string;
  readonly code: string;
  readonly scan: ScanRequest;
};

export type Told = ScanAnswer & {
  /** The body as it came. */
  readonly text: string;
  readonly lane: string;
  readonly code: string;
  readonly sentAt: number;
};

/** By device and scanId. */
export type Answers = ReadonlyMap<string, Told>;

type ScanRecord = z.infer<typeof scanPage>['scans'][number];

const RETRIED_SHARE = 0.06;
const WITHIN_MS = 300_000;
const SHOWN_MAX = 5;

export function keyOf(scan: { readonly deviceId: string; readonly scanId: string }): string {
  return `${scan.deviceId}/${scan.scanId}`;
}

export function scanAt(
  lane: Lane,
  scanId: string,
  code: string,
  direction: 'in' | 'out' = 'in',
): Presentation {
  const scan = { ...entryScan(scanId, code), direction };
  return { lane, deviceId: lane.deviceId, scanId, code, scan };
}

/**
 * Every ticket so many times, each at some lane, in no order. Some scans are sent again with the scanId
 * they had: half of them while the first may still be under way, half at any time.
 */
export function everyTicketAgainAndAgain(
  match: SmallMatch,
  chance: Chance,
  times: (serial: number) => number,
): Presentation[] {
  const scans = match.codes.flatMap((code, index) =>
    Array.from({ length: times(index + 1) }, (_, time) =>
      scanAt(chance.one(match.lanes), `s-${index + 1}-${time}`, code),
    ),
  );
  const atAnyTime = chance.some(scans, Math.round((scans.length * RETRIED_SHARE) / 2));
  const mixed = chance.some([...scans, ...atAnyTime], Number.POSITIVE_INFINITY);
  return mixed.flatMap((scan) => (chance.happens(RETRIED_SHARE / 2) ? [scan, scan] : [scan]));
}

/**
 * Sends them in order, as many at once as there are connections. Fails when a scan gets no verdict, or
 * when a repeat of it is answered otherwise than the first time, were it by one byte.
 *
 * @param goesOn - asked before each with the number sent so far; false ends the presentation
 */
export async function present(
  connections: Connections,
  scans: readonly Presentation[],
  goesOn: (sent: number) => boolean = () => true,
): Promise<Answers> {
  const answers = new Map<string, Told>();
  const sentAt = new Float64Array(scans.length);
  const wrong: string[] = [];
  const loop = {
    next(connection: Connections['all'][number], index: number) {
      const shown = scans[index];
      if (shown === undefined || !goesOn(index)) return null;
      sentAt[index] = performance.now();
      const { lane, scan } = shown;
      return connection.bytesOf({ path: '/api/v1/scans', token: lane.token, body: scan });
    },
    check(response: { status: number; body: Buffer }, index: number) {
      const shown = scans[index];
      const text = response.body.toString('utf8');
      if (shown === undefined || response.status !== 200) {
        wrong.push(`${response.status} ${text}`);
        return false;
      }
      const key = keyOf(shown);
      const first = answers.get(key);
      if (first !== undefined && first.text !== text) wrong.push(`${first.text}\n${text}`);
      if (first === undefined) {
        const answer = JSON.parse(text) as ScanAnswer;
        const { deviceId: lane, code } = shown;
        answers.set(key, { ...answer, text, lane, code, sentAt: sentAt[index] ?? 0 });
      }
      return true;
    },
  };
  const { failed } = await closedLoop(connections.all, loop, WITHIN_MS);
  assert.deepEqual(wrong.slice(0, SHOWN_MAX), []);
  assert.equal(failed, 0, 'some scans were not answered');
  return answers;
}

/** Every scan of an event, page by page. */
export async function readScans(client: DrillClient, eventId: string): Promise<ScanRecord[]> {
  const records: ScanRecord[] = [];
  let after: string | null = '0';
  while (after !== null) {
    const path = `/api/v1/events/${eventId}/scans?limit=1000&after=${after}`;
    const page: z.infer<typeof scanPage> = await client.ask({ method: 'GET', path });
    records.push(...page.scans);
    after = page.next;
  }
  return records;
}
