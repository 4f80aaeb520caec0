// Tells control how this phone is, every ten seconds and at once when who decides has changed.
import { z } from 'zod';
import type { LaneStatus } from '#lane/lane-settings.ts';
import { REPORT_EVERY_MS, statusReportOf } from '#lane/status-report.ts';
import type { DeviceApi } from '../device/device-api.ts';
import type { PhoneHealth } from './phone.ts';

const APP_VERSION = '0.1.0';

const heard = z.object({
  serverTime: z.string(),
  isReady: z.boolean().optional(),
  reasons: z.array(z.string()).optional(),
});

export type CameraState = 'ok' | 'failed' | 'untested' | 'none';

/** As the steward sees it. */
export type Queue = { readonly people: number; readonly at: string };

export type Readiness = { readonly isReady: boolean; readonly reasons: readonly string[] };

export type Heartbeat = { beat(): void; stop(): void };

export function startHeartbeat(deps: {
  readonly api: DeviceApi;
  readonly status: () => LaneStatus;
  readonly health: () => PhoneHealth;
  readonly camera: () => CameraState;
  readonly queue: () => Queue | null;
  /** What the server thinks of this lane; null while nobody can be asked. */
  readonly onHeard: (readiness: Readiness | null) => void;
}): Heartbeat {
  let isBusy = false;

  async function tell(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      const { battery: level, isCharging, storage } = deps.health();
      const phone = { battery: { level, isCharging }, storage, camera: deps.camera() };
      const health = { ...phone, app: APP_VERSION, queue: deps.queue() };
      const body = statusReportOf(deps.status(), health, Date.now());
      const answer = await deps.api.ask('POST', '/api/v1/devices/self/status', body, heard);
      deps.onHeard({ isReady: answer.isReady ?? true, reasons: answer.reasons ?? [] });
    } catch {
      deps.onHeard(null);
    } finally {
      isBusy = false;
    }
  }

  const timer = setInterval(() => void tell(), REPORT_EVERY_MS);
  void tell();
  return { beat: () => void tell(), stop: () => clearInterval(timer) };
}
