/** Keeps the screen on while the app is in front, where the browser can. @returns lets it sleep again */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let isWanted = true;

  async function take(): Promise<void> {
    if (!('wakeLock' in navigator) || document.hidden || lock !== null) return;
    try {
      const taken = await navigator.wakeLock.request('screen');
      // The system takes it back when the app is put behind another, or the battery is low.
      taken.addEventListener('release', () => {
        lock = null;
      });
      if (isWanted) lock = taken;
      else await taken.release();
    } catch {
      // Battery saver: the phone's own setting for the screen holds.
    }
  }

  const onChange = () => void take();
  document.addEventListener('visibilitychange', onChange);
  void take();
  return () => {
    isWanted = false;
    document.removeEventListener('visibilitychange', onChange);
    lock?.release().catch(() => {});
  };
}
