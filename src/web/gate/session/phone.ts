// How the phone itself is: power and space. Browsers that do not tell are taken for well.
import { Watched } from '../observable.ts';

export type PhoneHealth = {
  /** 0–1; null: this browser does not tell. */
  readonly battery: number | null;
  readonly isCharging: boolean | null;
  readonly storage: 'ok' | 'low' | 'failed';
  /** The browser has promised not to clear our data by itself. */
  readonly isStorageKept: boolean;
};

/** Room for the largest list twice and an evening's journal. */
const STORAGE_LOW_BYTES = 200 * 1024 * 1024;
const LOOK_EVERY_MS = 60_000;

type Battery = EventTarget & { readonly level: number; readonly charging: boolean };

export function watchPhone(): { readonly health: Watched<PhoneHealth>; stop(): void } {
  const health = new Watched<PhoneHealth>({
    battery: null,
    isCharging: null,
    storage: 'ok',
    isStorageKept: false,
  });

  async function lookAtStorage(): Promise<void> {
    const { storage } = navigator;
    try {
      const isKept =
        (await storage?.persisted?.()) === true || (await storage?.persist?.()) === true;
      const { quota = 0, usage = 0 } = (await storage?.estimate?.()) ?? {};
      const isLow = quota > 0 && quota - usage < STORAGE_LOW_BYTES;
      health.set({ ...health.get(), storage: isLow ? 'low' : 'ok', isStorageKept: isKept });
    } catch {
      health.set({ ...health.get(), storage: 'failed' });
    }
  }

  async function lookAtBattery(): Promise<void> {
    const ask = (navigator as { getBattery?: () => Promise<Battery> }).getBattery;
    if (ask === undefined) return;
    const battery = await ask.call(navigator);
    const take = () =>
      health.set({ ...health.get(), battery: battery.level, isCharging: battery.charging });
    battery.addEventListener('levelchange', take);
    battery.addEventListener('chargingchange', take);
    take();
  }

  void lookAtStorage();
  lookAtBattery().catch(() => {});
  const timer = setInterval(() => void lookAtStorage(), LOOK_EVERY_MS);
  return { health, stop: () => clearInterval(timer) };
}
