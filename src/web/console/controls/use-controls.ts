import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ControlsState } from '#protocol/controls.ts';
import { ask, at } from '../api.ts';

/** Holds, diversions, limits and the window in force. Others set them too: looked at again and again. */
export function useControls(event: string) {
  const queries = useQueryClient();
  const queryKey = ['controls', event];
  const query = useQuery({
    queryKey,
    queryFn: () => ask<ControlsState>(at`/events/${event}/controls`, { isUnattended: true }),
    refetchInterval: 3_000,
  });
  return {
    controls: query.data ?? null,
    error: query.error,
    refresh: () => queries.invalidateQueries({ queryKey }),
  };
}
