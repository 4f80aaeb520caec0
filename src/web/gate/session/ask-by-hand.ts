import type { Direction } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { answerAbove, type LaneAnswer } from '#lane/lane-answer.ts';
import { scanAnswer } from '#protocol/scans.ts';
import type { DeviceApi } from '../device/device-api.ts';

/** A short identifier, typed in: judged above, never here. @throws Refused (429: too many), Unreachable */
export async function askByHand(
  api: DeviceApi,
  typed: {
    readonly code: string;
    readonly direction: Direction;
    readonly operator: string | null;
    /** The referred scan that the steward has settled. */
    readonly confirms: string | null;
    readonly at: Instant;
  },
): Promise<LaneAnswer> {
  const { code, direction, operator, confirms, at } = typed;
  const body = {
    scanId: crypto.randomUUID(),
    ...{ code, direction, scannedAt: new Date(at).toISOString(), isManual: true },
    ...(operator === null ? {} : { operator }),
    ...(confirms === null ? {} : { confirms }),
  };
  return answerAbove(await api.ask('POST', '/api/v1/scans', body, scanAnswer));
}
