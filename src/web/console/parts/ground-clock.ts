import { useMemo } from 'react';
import type { Instant } from '#domain/kernel/instant.ts';
import { type GroundTime, groundTime } from '#web/ui/ground-time.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { useLive } from '../live/overview-feed.tsx';

/** The ground's clock, for the times that the server writes. */
export function useGroundClock(): GroundTime & { of(time: string | null | undefined): string } {
  const { overview } = useLive();
  const { language } = useLooks();
  const zone = overview?.event.timeZone ?? 'Asia/Shanghai';
  return useMemo(() => {
    const clock = groundTime(zone, language);
    return {
      ...clock,
      of: (time) => (time == null ? '–' : clock.time(Date.parse(time) as Instant)),
    };
  }, [zone, language]);
}
