import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Overview } from '#protocol/overview.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { Mark } from '#web/ui/mark.tsx';
import { VerdictShape } from '#web/ui/verdict-shape.tsx';
import { useLive } from '../live/overview-feed.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { useLocalized } from '../parts/names.ts';

/** Always in sight: which match, what time it is there, how full it is, and whether what is shown is now. */
export function EventBar({
  event,
  onPalette,
  onSheet,
}: {
  readonly event: string;
  readonly onPalette: () => void;
  readonly onSheet: () => void;
}) {
  const intl = useIntl();
  const { overview } = useLive();
  const localized = useLocalized();
  return (
    <header className="sticky top-0 z-10 border-line border-b bg-ground">
      <Evacuating overview={overview} event={event} />
      <div className="flex flex-wrap items-center gap-x-6 gap-y-1 px-4 py-2">
        <Link to="/" className="flex min-w-0 items-center gap-2 max-sm:flex-1">
          <span className="shrink-0 text-accent">
            <Mark size={22} />
          </span>
          <span className="truncate font-semibold">
            {overview === null ? event : localized(overview.event.name)}
          </span>
          <span className="sr-only">
            <FormattedMessage id="console.events" />
          </span>
        </Link>
        {overview !== null && <Figures overview={overview} />}
        <div className="ml-auto flex items-center gap-1 max-lg:order-2">
          <Freshness />
          <button
            type="button"
            onClick={onPalette}
            className="flex min-h-8 items-center gap-2 rounded-md border border-line bg-raised px-3 text-quiet text-sm hover:text-fg"
          >
            <FormattedMessage id="palette.open" />
            <kbd className="text-xs max-sm:hidden">{PALETTE_KEY}</kbd>
          </button>
          <button
            type="button"
            onClick={onSheet}
            aria-label={intl.formatMessage({ id: 'keys.title' })}
            className="min-h-8 min-w-8 rounded-md text-quiet hover:text-fg"
          >
            ?
          </button>
        </div>
      </div>
    </header>
  );
}

/** As it is written on the keyboard that is there. */
const PALETTE_KEY = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';

/** A drill never looks like the real thing: amber and named, where the real one is red. */
function Evacuating({
  overview,
  event,
}: {
  readonly overview: Overview | null;
  readonly event: string;
}) {
  const evacuation = overview?.evacuation ?? null;
  if (evacuation === null || evacuation.endedAt !== null) return null;
  return (
    <Link
      to="/e/$event/evacuation"
      params={{ event }}
      className={joinClasses(
        'flex items-center gap-2 px-4 py-2 font-semibold text-white',
        evacuation.isDrill ? 'evacuation-drill bg-refer' : 'bg-refused',
      )}
    >
      <VerdictShape hue={evacuation.isDrill ? 'refer' : 'refused'} size={20} />
      <FormattedMessage id={evacuation.isDrill ? 'evacuation.bar-drill' : 'evacuation.bar'} />
    </Link>
  );
}

function Figures({ overview }: { readonly overview: Overview }) {
  const clock = useGroundClock();
  const now = useNow();
  const { totals, inside, event } = overview;
  const minutes = Math.round((Date.parse(event.startsAt) - now) / 60_000);
  const limit = inside.limits['ground'];
  return (
    <dl className="flex flex-wrap items-baseline gap-x-6 gap-y-1 max-lg:order-3 max-lg:w-full max-sm:gap-x-4">
      <Figure word="bar.now">{clock.time(now as Instant)}</Figure>
      <Figure word={minutes >= 0 ? 'bar.to-kick-off' : 'bar.since-kick-off'}>
        <FormattedMessage id="unit.minutes" values={{ n: Math.abs(minutes) }} />
      </Figure>
      <Figure word="bar.inside">
        {inside.low === inside.high ? (
          <FormattedNumber value={inside.high} />
        ) : (
          <>
            <FormattedNumber value={inside.low} />–<FormattedNumber value={inside.high} />
          </>
        )}
        {limit !== undefined && (
          <span className="font-normal text-quiet">
            {' / '}
            <FormattedNumber value={limit} />
          </span>
        )}
      </Figure>
      <Figure word="bar.per-minute">
        <FormattedNumber value={totals.perMinute} />
        <Change by={totals.change} />
      </Figure>
      <Figure word="bar.queue">
        <FormattedNumber value={totals.queue} />
      </Figure>
    </dl>
  );
}

function Figure({ word, children }: { readonly word: string; readonly children: ReactNode }) {
  return (
    <div className="flex items-baseline gap-1.5">
      <dt className="text-quiet text-xs">
        <FormattedMessage id={word} />
      </dt>
      <dd className="font-semibold">{children}</dd>
    </div>
  );
}

export function Change({ by }: { readonly by: number }) {
  if (by === 0) return null;
  return (
    <span className="ml-1 font-normal text-quiet text-xs">
      {by > 0 ? '▲' : '▼'}
      <FormattedNumber value={Math.abs(by)} />
    </span>
  );
}

function Freshness() {
  const { isConnected, isPaused, togglePause, overview } = useLive();
  const clock = useGroundClock();
  const word = isPaused ? 'live.paused' : isConnected ? 'live.now' : 'live.lost';
  return (
    <div className="flex items-center">
      <span
        role="status"
        className={joinClasses(
          'flex items-center gap-1.5 px-2 text-sm',
          isConnected && !isPaused ? 'text-admitted-text' : 'font-semibold text-unknown-text',
        )}
      >
        <VerdictShape hue={isConnected && !isPaused ? 'admitted' : 'unknown'} size={14} />
        <FormattedMessage id={word} values={{ time: clock.of(overview?.at) }} />
      </span>
      <button
        type="button"
        aria-pressed={isPaused}
        onClick={togglePause}
        className="min-h-8 rounded-md px-2 text-quiet text-sm hover:text-fg"
      >
        <FormattedMessage id={isPaused ? 'live.go-on' : 'live.pause'} />
      </button>
    </div>
  );
}

/** The clock goes on when nothing is told. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
