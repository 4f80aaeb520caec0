// Names and times of the ground as the screens show them; ids, until the match is known.
import { useMemo } from 'react';
import type { Localized } from '#domain/venue/match-event.ts';
import { type GroundTime, groundTime } from '#web/ui/ground-time.ts';
import { LOCALE_OF } from '#web/ui/language.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';

export type GroundWords = {
  readonly time: GroundTime;
  readonly eventName: string;
  gateName(id: string): string;
  standName(id: string | null): string | null;
};

export function useGround(session: GateSession): GroundWords {
  const { language } = useLooks();
  // The match is learnt when the lane's status changes.
  useWatched(session.status);
  const ground = session.lane.knowledge.ground();
  return useMemo(() => {
    const named = (name: Localized | undefined, id: string) =>
      name === undefined ? id : name[LOCALE_OF[language] as keyof Localized];
    const event = ground?.event ?? null;
    return {
      time: groundTime(event?.venue.timeZone ?? 'Asia/Shanghai', language),
      eventName: event === null ? '' : named(event.name, event.id),
      gateName: (id) => named(event?.gates.find((gate) => gate.id === id)?.name, id),
      standName: (id) =>
        id === null ? null : named(event?.stands.find((stand) => stand.id === id)?.name, id),
    };
  }, [ground, language]);
}
