// Every page of the console with something on it: walked through for pictures and for axe.
import { ConsoleEvening, gateIds, refAt } from './console-evening.ts';
import { putOnSaleAtDesks } from './console-sale.ts';

/** Name of the picture, and what stands behind `/console/e/{event}/`. */
export const CONSOLE_PAGES = [
  ['ground', 'ground'],
  ['gate', 'ground?gate=N2'],
  ['gates', 'ground?tab=table'],
  ['controls', 'controls'],
  ['calls', 'calls'],
  ['evacuation', 'evacuation'],
  ['ticket', `tickets?ref=${refAt('E3', 0)}`],
  ['conflicts', 'conflicts'],
  ['sell', 'sell'],
  ['desk', 'desk'],
  ['devices', 'devices'],
  ['readiness', 'devices?tab=readiness'],
  ['people', 'devices?tab=people'],
  ['seats', 'seats?ref=N301'],
  ['report', 'report'],
  ['audit', 'audit'],
  ['accounts', 'accounts'],
  ['me', 'me'],
] as const;

/** An hour into the rush: gates busy and calm, one stopped, one cut off, a conflict, a call, some cash. */
export async function busyEvening(scans: number): Promise<ConsoleEvening> {
  const evening = await ConsoleEvening.open(Math.ceil(scans / 8));
  const { server } = evening;
  const api = '/api/v1/events/derby';
  const gates = gateIds();
  for (let index = 0; index < scans; index += 1) {
    // Some gates get many times as many as others.
    const gate = gates[Math.floor((index * 7) % 24 ** 1.4) % 24] ?? 'N1';
    await evening.scan(gate, refAt(gate, Math.floor(index / 12)));
  }
  for (const [index, gate] of gates.entries()) {
    if (index % 5 === 0) await evening.scan(gate, refAt(gates[(index + 1) % 24] ?? 'N1', 0));
    if (index % 7 === 0) await evening.scan(gate, `K${'A'.repeat(25)}`);
  }
  await evening.spreadOverTheHour();
  await keepAlive(evening);
  await server.ask(`${api}/holds`, {
    body: { scope: 'gate/W2', kind: 'stop', reason: '闸机故障 · turnstile fault' },
  });
  await server.ask(`${api}/holds`, {
    body: {
      scope: 'gate/S1',
      kind: 'meter',
      perMinute: 20,
      reason: '广场拥挤 · crowded forecourt',
    },
  });
  await server.ask(`${api}/diversions`, {
    body: {
      sections: ['W201'],
      gates: ['W1', 'W3'],
      until: new Date(Date.now() + 8 * 60_000).toISOString(),
      reason: '闸机故障 · turnstile fault',
    },
  });
  await server.ask(`${api}/gates/N2/search`, {
    method: 'PUT',
    body: { searchers: 5, secondsEach: 12 },
  });
  await deskWork(evening);
  await putOnSaleAtDesks(evening);
  return evening;
}

/** As if every device had just said how it is. */
export async function keepAlive(evening: ConsoleEvening): Promise<void> {
  for (const [index, gate] of gateIds().entries()) await evening.says(gate, statusOf(index));
}

function statusOf(index: number): Record<string, unknown> {
  const isAlone = index === 8;
  return {
    battery: { level: index === 15 ? 0.14 : 0.55 + (index % 5) / 12, isCharging: false },
    list: { isComplete: true, cursor: null, asOf: new Date().toISOString() },
    clockSkewMs: index === 4 ? 41_000 : (index % 7) * 60,
    camera: 'ok',
    storage: 'ok',
    rung: isAlone ? 'provisional' : 'hub',
    unsynced: isAlone ? 23 : 0,
    oldestUnsyncedAt: isAlone ? new Date(Date.now() - 190_000).toISOString() : null,
    at: new Date().toISOString(),
    app: '0.1.0',
  };
}

async function deskWork(evening: ConsoleEvening): Promise<void> {
  const { server, database } = evening;
  const api = '/api/v1/events/derby';
  await evening.scan('E3', refAt('E3', 0));
  await server.ask(`${api}/admissions`, {
    body: {
      requestId: 'desk-1',
      gate: 'E4',
      ref: refAt('E3', 0),
      reason: '手机没电，已核对证件 · phone flat, ID checked',
    },
  });
  for (const [requestId, kind, minor, reason] of [
    ['cash-1', 'replacement', 2_000, '纸票遗失 · paper lost'],
    ['cash-2', 'difference', 12_000, '换到东看台 · moved to the east stand'],
    ['cash-3', 'correction', -500, '找零有误 · wrong change'],
  ] as const) {
    await server.ask(`${api}/cash`, { body: { requestId, kind, minor, reason } });
  }
  const call = (device: string | undefined, id: string, kind: string, gate: string, note: string) =>
    database.pool.query(
      `INSERT INTO calls (event, device, call_id, kind, note, gate, lane, called_at, received_at)
       VALUES (1, $1, $2, $3, $5, $4, $4 || '-1', now() - interval '70 seconds', now() - interval '69 seconds')`,
      [device, id, kind, gate, note],
    );
  await call(evening.lanes.get('S4')?.deviceId, 'call-1', 'medical', 'S4', '老人晕倒，通道右侧');
  await call(
    evening.lanes.get('N5')?.deviceId,
    'call-2',
    'kit',
    'N5',
    '闸机不转 · turnstile stuck',
  );
  await server.ask(`${api}/messages`, {
    body: { to: 'all', text: '开球推迟十五分钟，请照常放行。', urgency: 'important' },
  });
  for (const [name, role] of [
    ['周敏', 'steward'],
    ['吴强', 'gate-supervisor'],
  ] as const) {
    await server.ask(`${api}/people`, { body: { name, role } });
  }
}
