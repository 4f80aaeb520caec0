// What needs someone now, most urgent first, one action each. Rows stay where they are while somebody
// points at them or walks through them.
import { useMutation } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { AttentionView, Overview } from '#protocol/overview.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { type Hue, VerdictShape } from '#web/ui/verdict-shape.tsx';
import { ask, at } from '../api.ts';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { useHeldStill } from '../parts/held-still.ts';
import { useGateName, usePlaceName, useScopeName } from '../parts/names.ts';
import type { Search } from '../router.tsx';
import { useSession } from '../session.tsx';
import type { PlacePath } from '../shell/places.ts';

const TAKEN_MINUTES = 10;
const FIRST_FEW = 3;
const HUE_OF: Readonly<Record<1 | 2 | 3, Hue>> = { 1: 'refused', 2: 'refer', 3: 'unknown' };

export function AttentionList({ overview }: { readonly overview: Overview }) {
  const intl = useIntl();
  const [isBusy, setBusy] = useState(false);
  const [isWhole, setWhole] = useState(false);
  const { shown, waiting, release } = useHeldStill(overview.attention, ({ key }) => key, isBusy);
  return (
    <section
      aria-label={intl.formatMessage({ id: 'attention.title' })}
      className="flex min-w-0 flex-col gap-2"
    >
      <div className="flex items-baseline justify-between">
        <h2 className="font-semibold text-base">
          <FormattedMessage id="attention.title" />
        </h2>
        {waiting > 0 ? (
          <button
            type="button"
            onClick={release}
            className="rounded-md border border-accent px-2 font-semibold text-accent-text text-sm"
          >
            <FormattedMessage id="table.new" values={{ n: waiting }} />
          </button>
        ) : (
          <span className="text-quiet text-sm">{shown.length}</span>
        )}
      </div>
      {shown.length === 0 && (
        <p className="flex items-center gap-2 border-line border-t py-4 text-quiet text-sm">
          <span className="text-admitted-text">
            <VerdictShape hue="admitted" size={18} />
          </span>
          <FormattedMessage id="attention.none" />
        </p>
      )}
      <ol
        data-rows
        // Where it stands above the ground and not beside it, the first few leave the ground in sight.
        className={isWhole ? '' : 'max-xl:[&>li:nth-child(n+4)]:hidden'}
        onPointerEnter={() => setBusy(true)}
        onPointerLeave={() => setBusy(false)}
        onFocus={() => setBusy(true)}
        onBlur={() => setBusy(false)}
      >
        {shown.map((item) => (
          <Row key={item.key} item={item} />
        ))}
      </ol>
      {shown.length > FIRST_FEW && (
        <button
          type="button"
          onClick={() => setWhole(!isWhole)}
          className="min-h-8 self-start text-accent-text text-sm underline xl:hidden"
        >
          <FormattedMessage
            id={isWhole ? 'attention.few' : 'attention.all'}
            values={{ n: shown.length }}
          />
        </button>
      )}
    </section>
  );
}

function Row({ item }: { readonly item: AttentionView }) {
  const { event = '' } = useParams({ strict: false });
  const session = useSession();
  const clock = useGroundClock();
  const hue = HUE_OF[item.urgency];
  const take = useMutation({
    mutationFn: () =>
      ask(at`/events/${event}/attention`, { body: { key: item.key, minutes: TAKEN_MINUTES } }),
  });
  return (
    <li
      data-row
      // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k walk through the rows
      tabIndex={0}
      className={joinClasses(
        'flex flex-col gap-1 border-line border-t px-1 py-2 text-sm focus-visible:-outline-offset-2',
        item.taken !== null && 'opacity-75',
      )}
    >
      <div className="flex items-start gap-2">
        <span className={joinClasses('mt-0.5 shrink-0', HUE_TEXT[hue])}>
          <VerdictShape hue={hue} size={18} />
        </span>
        <p className={joinClasses('min-w-0 flex-1', item.urgency === 1 && 'font-semibold')}>
          <Sentence item={item} />
        </p>
        <span className="shrink-0 text-quiet text-xs">{clock.of(item.since)}</span>
      </div>
      <div className="flex items-center gap-3 pl-7">
        <Action item={item} event={event} />
        {item.taken === null ? (
          session.may('controls.set') && (
            <button
              type="button"
              data-take
              onClick={() => take.mutate()}
              className="min-h-6 text-quiet underline hover:text-fg"
            >
              <FormattedMessage id="attention.take" />
            </button>
          )
        ) : (
          <span className="text-quiet text-xs">
            <FormattedMessage
              id="attention.taken"
              values={{ by: item.taken.by, until: clock.of(item.taken.until) }}
            />
          </span>
        )}
      </div>
      <Failure error={take.error} />
    </li>
  );
}

function Sentence({ item }: { readonly item: AttentionView }) {
  const gateName = useGateName();
  const placeName = usePlaceName();
  const scopeName = useScopeName();
  const isScope = item.kind.startsWith('limit-');
  const subject = item.subject ?? '';
  return (
    <FormattedMessage
      id={`attention.${item.kind}`}
      values={{
        gate: gateName(item.gate),
        place: placeName(item.gate, item.lane),
        n: item.figure ?? 0,
        what: isScope ? scopeName(subject) : subject,
      }}
    />
  );
}

/** One way on for each, and no more. */
function Action({ item, event }: { readonly item: AttentionView; readonly event: string }) {
  const { word, path, search } = actionOf(item);
  return (
    <Link
      to={`/e/$event/${path}`}
      params={{ event }}
      search={search}
      className="inline-flex min-h-6 items-center font-semibold text-accent-text underline"
    >
      <FormattedMessage id={word} />
    </Link>
  );
}

type Way = { readonly word: string; readonly path: PlacePath; readonly search: Search };

function actionOf(item: AttentionView): Way {
  const { kind, gate, subject } = item;
  const device = subject ?? undefined;
  if (kind === 'evacuation') return { word: 'do.lead', path: 'evacuation', search: {} };
  if (kind.startsWith('call-')) return { word: 'do.answer', path: 'calls', search: {} };
  if (kind === 'conflicts')
    return { word: 'do.settle', path: 'conflicts', search: { state: 'open' } };
  if (kind === 'limit-reached' || kind === 'limit-near' || kind === 'diversion-ends') {
    return { word: 'do.controls', path: 'controls', search: {} };
  }
  if (kind === 'entry-risks') return { word: 'do.risks', path: 'seats', search: {} };
  if (kind === 'will-miss') {
    return { word: 'do.divert', path: 'controls', search: { gate: gate ?? undefined } };
  }
  if (kind === 'not-ready')
    return { word: 'do.ready', path: 'devices', search: { tab: 'readiness' } };
  if (device !== undefined && (kind === 'lane-silent' || kind === 'battery-low')) {
    return { word: 'do.hand-over', path: 'devices', search: { q: device, ref: device } };
  }
  if (device !== undefined && gate !== null && kind !== 'gate-down') {
    return { word: 'do.device', path: 'devices', search: { q: device } };
  }
  if (kind === 'cloned-identity' || kind === 'revoked-device-uploads' || kind === 'pin-guessing') {
    return { word: 'do.device', path: 'devices', search: { q: device } };
  }
  return { word: 'do.gate', path: 'ground', search: { gate: gate ?? undefined } };
}
