// Tells control how this phone is, every ten seconds and at once when who decides has changed.
import { z } from 'zod';
import type { LaneStatus } from '#lane/lane-settings.ts';
import type { DeviceApi } from '../device/device-api.ts';
import type { PhoneHealth } from './phone.ts';

const EVERY_MS = 10_000;
const APP_VERSION = '0.1.0';

const heard = z.object({
  serverTime: z.string(),
  isReady: z.boolean().optional(),
  reasons: z.array(z.string()).optional(),
});

export type CameraState = 'ok' | 'failed' | 'untested' | 'none';

export type Readiness = { readonly isReady: boolean; readonly reasons: readonly string[] };

export type Heartbeat = { beat(): void; stop(): void };

export function startHeartbeat(deps: {
  readonly api: DeviceApi;
  readonly status: () => LaneStatus;
  readonly health: () => PhoneHealth;
  readonly camera: () => CameraState;
  /** What the server thinks of this lane; null while nobody can be asked. */
  readonly onHeard: (readiness: Readiness | null) => void;
}): Heartbeat {
  let isBusy = false;

  async function tell(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      const body = statusBody(deps.status(), deps.health(), deps.camera());
      const answer = await deps.api.ask('POST', '/api/v1/devices/self/status', body, heard);
      deps.onHeard({ isReady: answer.isReady ?? true, reasons: answer.reasons ?? [] });
    } catch {
      deps.onHeard(null);
    } finally {
      isBusy = false;
    }
  }

  const timer = setInterval(() => void tell(), EVERY_MS);
  void tell();
  return { beat: () => void tell(), stop: () => clearInterval(timer) };
}

function statusBody(status: LaneStatus, health: PhoneHealth, camera: CameraState) {
  const at = (instant: number | null) =>
    instant === null ? null : new Date(instant).toISOString();
  return {
    at: new Date().toISOString(),
    battery: { level: health.battery, isCharging: health.isCharging },
    list: { cursor: null, isComplete: status.listAsOf !== null, asOf: at(status.listAsOf) },
    clockSkewMs: Math.round(status.skewMs),
    camera,
    storage: health.storage,
    rung: status.rung,
    unsynced: status.unsent,
    oldestUnsyncedAt: at(status.unsentSince),
    app: APP_VERSION,
  };
}
