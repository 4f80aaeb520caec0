import { useQuery } from '@tanstack/react-query';
import type { EventFile } from '#protocol/event-file.ts';
import { ask, at } from '../api.ts';
import { useLocalized } from '../parts/names.ts';

/** The match as it was imported: sections, stands and ticket types with their names. */
export function useEventFile(event: string): EventFile | null {
  const { data } = useQuery({
    queryKey: ['event-file', event],
    queryFn: () => ask<{ file: EventFile }>(at`/events/${event}`, { isUnattended: true }),
    staleTime: 60_000,
  });
  return data?.file ?? null;
}

/** A kind of ticket as people call it. */
export function useTypeName(event: string): (type: string) => string {
  const file = useEventFile(event);
  const localized = useLocalized();
  return (type) => {
    const found = file?.ticketTypes.find(({ id }) => id === type);
    return found === undefined ? type : localized(found.name);
  };
}
