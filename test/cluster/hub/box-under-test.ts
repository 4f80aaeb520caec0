// A box in the ground of a hub under test, and a match whose claims it decides.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '#drill/network/free-port.ts';
import type { DrillClient } from '../../../src/drill/drill-client.ts';
import { ServerProcess } from '../../../src/drill/server-process.ts';
import { type SmallMatch, setUpMatch } from '../../../src/drill/small-match.ts';
import { until } from '../../../src/testing/waiting.ts';
import type { Hub } from './hub-under-test.ts';

const SOON_MS = 60_000;
const EVENT = 'boxed';

export type BoxedMatch = { readonly box: ServerProcess; readonly match: SmallMatch };

export async function startBoxedMatch(hub: Hub, tickets: number): Promise<BoxedMatch> {
  const { dir, tls } = hub.ground;
  const port = await freePort();
  const body = { name: 'north', address: `http://127.0.0.1:${port}` };
  const enrolled = await hub.ask<{ token: string }>({ path: '/api/v1/edges', body });
  const dataDir = path.join(dir, 'box');
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(path.join(dataDir, 'edge-token'), `${enrolled.token}\n`, { mode: 0o600 });
  const above = ['--role', 'edge', '--hub', hub.url, '--ca', `${tls}/ca.pem`];
  const [box, match] = await Promise.all([
    ServerProcess.start(dataDir, port, above),
    setUpMatch(hub as unknown as DrillClient, hub.adminToken, {
      tickets,
      lanes: 1,
      eventId: EVENT,
    }),
  ]);
  const asked = {
    path: `/api/v1/events/${EVENT}/authority`,
    body: { to: 'north', reason: 'test' },
  };
  await until(
    SOON_MS,
    () => hub.send(asked),
    ({ status }) => status === 200,
  );
  const token = match.lanes[0]?.token ?? '';
  await until(
    SOON_MS,
    async () => {
      const health = await fetch(`${box.url}/healthz`, { signal: AbortSignal.timeout(5_000) });
      const { decides } = (await health.json()) as { decides: string[] };
      const list = await fetch(`${box.url}/api/v1/events/${EVENT}/list`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(5_000),
      });
      return decides.includes(EVENT) && list.status === 200;
    },
    Boolean,
  );
  return { box, match };
}
