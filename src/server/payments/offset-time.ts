const CHINA_OFFSET_MS = 8 * 3_600_000;

/** As China's providers want times: `2026-11-29T19:35:00+08:00`, in whole seconds. */
export function toIsoWithOffset(at: number): string {
  return `${new Date(at + CHINA_OFFSET_MS).toISOString().slice(0, 19)}+08:00`;
}
