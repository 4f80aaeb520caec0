import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { EvacuationView, Overview } from '#protocol/overview.ts';
import { Button } from '#web/ui/button.tsx';
import { joinClasses } from '#web/ui/join-classes.ts';
import { Notice } from '#web/ui/notice.tsx';
import { ask, at } from '../api.ts';
import { useLive } from '../live/overview-feed.tsx';
import { ActDialog, useReasonField } from '../parts/act-dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { useScopeName } from '../parts/names.ts';
import { PageHead, Section } from '../parts/page.tsx';
import { Waiting } from '../parts/waiting.tsx';

type Open = 'begin' | 'drill' | 'end' | 'readmit' | null;

/** A drill is amber, hatched and named on every screen; the real one is red. They are never alike. */
export function EvacuationPage() {
  const intl = useIntl();
  const { event = '' } = useParams({ strict: false });
  const { overview } = useLive();
  const reason = useReasonField();
  const [open, setOpen] = useState<Open>(null);
  if (overview === null) return <Waiting />;
  const evacuation = overview.evacuation;
  const isOn = evacuation !== null && evacuation.endedAt === null;
  const close = () => setOpen(null);
  const begin = (isDrill: boolean) => (values: Readonly<Record<string, string>>) =>
    ask(at`/events/${event}/evacuation`, { body: { isDrill, reason: values['reason'] } });
  const end = (readmit: boolean) => (values: Readonly<Record<string, string>>) =>
    ask(at`/events/${event}/evacuation/end`, { body: { readmit, ...values } });
  return (
    <>
      <PageHead id="place.evacuation" />
      <div className="flex max-w-3xl flex-col gap-5">
        <Notice hue="refer">
          <FormattedMessage id="evacuation.hardware" />
        </Notice>
        {isOn ? (
          <UnderWay overview={overview} evacuation={evacuation} event={event} onEnd={setOpen} />
        ) : (
          <>
            {evacuation !== null && <Ended evacuation={evacuation} />}
            <div className="flex flex-wrap gap-3">
              <Button kind="danger" onClick={() => setOpen('begin')}>
                <FormattedMessage id="evacuation.begin" />
              </Button>
              <Button onClick={() => setOpen('drill')}>
                <FormattedMessage id="evacuation.begin-drill" />
              </Button>
            </div>
          </>
        )}
      </div>
      {(open === 'begin' || open === 'drill') && (
        <ActDialog
          title={intl.formatMessage({ id: `evacuation.${open}-title` })}
          verb={intl.formatMessage({
            id: open === 'begin' ? 'evacuation.begin' : 'evacuation.begin-drill',
          })}
          kind={open === 'begin' ? 'danger' : 'main'}
          fields={[reason]}
          onClose={close}
          act={begin(open === 'drill')}
        >
          <p className="text-sm">
            <FormattedMessage id={`evacuation.${open}-means`} />
          </p>
        </ActDialog>
      )}
      {(open === 'end' || open === 'readmit') && (
        <ActDialog
          title={intl.formatMessage({ id: `evacuation.${open}` })}
          verb={intl.formatMessage({ id: `evacuation.${open}` })}
          takesTwo={open === 'readmit'}
          fields={[reason]}
          onClose={close}
          act={end(open === 'readmit')}
        >
          <p className="text-sm">
            <FormattedMessage id={`evacuation.${open}-means`} />
          </p>
        </ActDialog>
      )}
    </>
  );
}

function UnderWay({
  overview,
  evacuation,
  event,
  onEnd,
}: {
  readonly overview: Overview;
  readonly evacuation: EvacuationView;
  readonly event: string;
  readonly onEnd: (open: Open) => void;
}) {
  const intl = useIntl();
  const clock = useGroundClock();
  const [error, setError] = useState<unknown>(null);
  const { inside } = overview;
  const scopeName = useScopeName();
  const stands = Object.entries(evacuation.insideAtStart).filter(([scope]) => scope !== 'ground');
  const clear = (stand: string) =>
    ask(at`/events/${event}/evacuation/stands/${stand}/cleared`, { method: 'POST' }).catch(
      setError,
    );
  return (
    <section
      aria-label={intl.formatMessage({ id: 'evacuation.under-way' })}
      className={joinClasses(
        'flex flex-col gap-4 rounded-md border-4 p-4',
        evacuation.isDrill ? 'border-refer border-dashed' : 'border-refused',
      )}
    >
      <h2 className="font-semibold text-lg">
        <FormattedMessage
          id={evacuation.isDrill ? 'evacuation.drill-since' : 'evacuation.since'}
          values={{ time: clock.of(evacuation.startedAt) }}
        />
      </h2>
      <p className="text-sm">{evacuation.reason}</p>
      <p>
        <span className="text-quiet text-sm">
          <FormattedMessage id="evacuation.may-be-inside" />
        </span>
        <span className="block font-semibold text-2xl">
          {inside.low === inside.high ? (
            <FormattedNumber value={inside.high} />
          ) : (
            <>
              <FormattedNumber value={inside.low} />–<FormattedNumber value={inside.high} />
            </>
          )}
        </span>
      </p>
      <Failure error={error} />
      <Section title={intl.formatMessage({ id: 'evacuation.stands' })}>
        <ul data-rows>
          {stands.map(([scope, n]) => {
            const stand = scope.slice('stand/'.length);
            const clearedAt = evacuation.cleared[stand];
            return (
              <li
                key={scope}
                data-row
                // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k walk through the rows
                tabIndex={0}
                className="flex items-center gap-4 border-line border-b py-2 text-sm"
              >
                <span className="w-32 font-semibold">{scopeName(scope)}</span>
                <span className="flex-1">
                  <FormattedMessage id="evacuation.counted" values={{ n }} />
                </span>
                {clearedAt === undefined ? (
                  <Button size="small" onClick={() => void clear(stand)}>
                    <FormattedMessage id="evacuation.clear" />
                  </Button>
                ) : (
                  <span className="font-semibold text-admitted-text">
                    <FormattedMessage
                      id="evacuation.cleared"
                      values={{ time: clock.of(clearedAt) }}
                    />
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      </Section>
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => onEnd('end')}>
          <FormattedMessage id="evacuation.end" />
        </Button>
        {!evacuation.isDrill && (
          <Button kind="main" onClick={() => onEnd('readmit')}>
            <FormattedMessage id="evacuation.readmit" />
          </Button>
        )}
      </div>
    </section>
  );
}

function Ended({ evacuation }: { readonly evacuation: EvacuationView }) {
  const clock = useGroundClock();
  return (
    <p className="text-quiet text-sm">
      <FormattedMessage
        id={evacuation.isDrill ? 'evacuation.last-drill' : 'evacuation.last'}
        values={{
          from: clock.of(evacuation.startedAt),
          until: clock.of(evacuation.endedAt),
          epoch: evacuation.readmittedAs ?? 0,
        }}
      />
    </p>
  );
}
