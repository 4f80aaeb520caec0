// The overview as the server tells it, once a second. Pausing keeps what is shown; what comes meanwhile is
// kept behind it, so that going on shows the present and not the past.
import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import type { Overview } from '#protocol/overview.ts';
import { at } from '../api.ts';

/** Told once a second; after this long without a word the screen says so. */
const SILENT_AFTER_MS = 6_000;

export type Live = {
  readonly overview: Overview | null;
  /** Told later than what is shown. */
  readonly isPaused: boolean;
  readonly isConnected: boolean;
  togglePause(): void;
};

const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('useLive needs OverviewFeed around it');
  return live;
}

export function OverviewFeed({
  event,
  children,
}: {
  readonly event: string;
  readonly children: ReactNode;
}) {
  const queries = useQueryClient();
  const [latest, setLatest] = useState<Overview | null>(null);
  const [frozen, setFrozen] = useState<Overview | null>(null);
  const [isConnected, setConnected] = useState(false);

  useEffect(() => {
    let heardAt = 0;
    const source = new EventSource(`/api/v1${at`/events/${event}/overview/live`}`);
    source.addEventListener('overview', (message) => {
      heardAt = performance.now();
      setConnected(true);
      setLatest(JSON.parse((message as MessageEvent<string>).data) as Overview);
    });
    source.addEventListener('revoked', () => {
      source.close();
      void queries.invalidateQueries({ queryKey: ['session'] });
    });
    source.addEventListener('error', () => {
      setConnected(false);
      // The browser does not say why: perhaps the session has ended.
      if (source.readyState === EventSource.CLOSED) {
        void queries.invalidateQueries({ queryKey: ['session'] });
      }
    });
    const watch = setInterval(() => {
      if (performance.now() - heardAt > SILENT_AFTER_MS) setConnected(false);
    }, 1_000);
    return () => {
      clearInterval(watch);
      source.close();
      setLatest(null);
      setFrozen(null);
    };
  }, [event, queries]);

  const togglePause = useCallback(() => {
    setFrozen((before) => (before === null ? latest : null));
  }, [latest]);
  const live = useMemo(
    () => ({ overview: frozen ?? latest, isPaused: frozen !== null, isConnected, togglePause }),
    [frozen, latest, isConnected, togglePause],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}
