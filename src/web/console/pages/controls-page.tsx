import { useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { ControlsState } from '#protocol/controls.ts';
import type { Overview } from '#protocol/overview.ts';
import { Button } from '#web/ui/button.tsx';
import { ask, at } from '../api.ts';
import { HoldDialog, LimitDialog, TimesDialog } from '../controls/control-dialogs.tsx';
import { ControlLine } from '../controls/control-line.tsx';
import { DiversionDialog } from '../controls/diversion-dialog.tsx';
import { Modes } from '../controls/modes.tsx';
import { Times } from '../controls/times.tsx';
import { useControls } from '../controls/use-controls.ts';
import { useLive } from '../live/overview-feed.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { Level } from '../parts/level.tsx';
import { useScopeName } from '../parts/names.ts';
import { Empty, PageHead, Section } from '../parts/page.tsx';
import { Waiting } from '../parts/waiting.tsx';
import type { Search } from '../router.tsx';
import { useSession } from '../session.tsx';

type Open = 'hold' | 'divert' | 'limit' | 'times' | null;

/** Everything that is set on the night, and the way to set it. */
export function ControlsPage() {
  const { event = '' } = useParams({ strict: false });
  const { gate } = useSearch({ strict: false }) as Search;
  const { overview } = useLive();
  const session = useSession();
  const { controls, error, refresh } = useControls(event);
  const [open, setOpen] = useState<Open>(gate === undefined ? null : 'divert');
  if (overview === null || controls === null)
    return error ? <Failure error={error} /> : <Waiting />;
  const canSet = session.may('controls.set');
  const close = () => {
    setOpen(null);
    void refresh();
  };
  const opener = (which: Exclude<Open, null>, word: string) => (
    <Button size="small" onClick={() => setOpen(which)}>
      <FormattedMessage id={word} />
    </Button>
  );
  return (
    <>
      <PageHead id="place.controls">
        {canSet && opener('hold', 'controls.new-hold')}
        {canSet && opener('divert', 'controls.new-diversion')}
        {session.may('controls.limit') && opener('limit', 'controls.new-limit')}
        {canSet && opener('times', 'controls.move-times')}
      </PageHead>
      <div className="grid gap-6 lg:grid-cols-2">
        <Holds controls={controls} event={event} canLift={canSet} onChange={refresh} />
        <Diversions controls={controls} event={event} canLift={canSet} onChange={refresh} />
        <Limits overview={overview} />
        <Times
          overview={overview}
          controls={controls}
          event={event}
          canSet={canSet}
          onChange={refresh}
        />
        <Modes controls={controls} event={event} canSet={canSet} onChange={refresh} />
      </div>
      {open === 'hold' && <HoldDialog event={event} overview={overview} onClose={close} />}
      {open === 'divert' && (
        <DiversionDialog event={event} overview={overview} closed={gate ?? null} onClose={close} />
      )}
      {open === 'limit' && <LimitDialog event={event} overview={overview} onClose={close} />}
      {open === 'times' && <TimesDialog event={event} overview={overview} onClose={close} />}
    </>
  );
}

type Listed = {
  readonly controls: ControlsState;
  readonly event: string;
  readonly canLift: boolean;
  readonly onChange: () => Promise<unknown>;
};

function Holds({ controls, event, canLift, onChange }: Listed) {
  const intl = useIntl();
  const scopeName = useScopeName();
  const lift = async (id: string) => {
    await ask(at`/events/${event}/holds/${id}`, { method: 'DELETE' });
    await onChange();
  };
  return (
    <Section title={intl.formatMessage({ id: 'controls.holds' })}>
      {controls.holds.length === 0 && (
        <Empty>
          <FormattedMessage id="controls.no-holds" />
        </Empty>
      )}
      <ul data-rows>
        {controls.holds.map(({ id, scope, kind, perMinute, reason }) => (
          <ControlLine
            key={id}
            title={scopeName(scope)}
            verb={intl.formatMessage({ id: 'controls.lift' })}
            onLift={canLift ? () => lift(id) : undefined}
          >
            <span className="font-semibold">
              <FormattedMessage id={`controls.${kind}`} values={{ n: perMinute ?? 0 }} />
            </span>{' '}
            <span className="text-quiet">{reason}</span>
          </ControlLine>
        ))}
      </ul>
    </Section>
  );
}

function Diversions({ controls, event, canLift, onChange }: Listed) {
  const intl = useIntl();
  const clock = useGroundClock();
  const lift = async (id: string) => {
    await ask(at`/events/${event}/diversions/${id}`, { method: 'DELETE' });
    await onChange();
  };
  const inForce = controls.diversions.filter(({ until }) => Date.parse(until) > Date.now());
  return (
    <Section title={intl.formatMessage({ id: 'controls.diversions' })}>
      {inForce.length === 0 && (
        <Empty>
          <FormattedMessage id="controls.no-diversions" />
        </Empty>
      )}
      <ul data-rows>
        {inForce.map(({ id, sections, gates, until, reason }) => (
          <ControlLine
            key={id}
            title={`${sections.join(', ')} → ${gates.join(', ')}`}
            verb={intl.formatMessage({ id: 'controls.end' })}
            onLift={canLift ? () => lift(id) : undefined}
          >
            <FormattedMessage id="controls.until" values={{ time: clock.of(until) }} />{' '}
            <span className="text-quiet">{reason}</span>
          </ControlLine>
        ))}
      </ul>
    </Section>
  );
}

function Limits({ overview }: { readonly overview: Overview }) {
  const intl = useIntl();
  const scopeName = useScopeName();
  const limits = Object.entries(overview.inside.limits);
  return (
    <Section title={intl.formatMessage({ id: 'controls.limits' })}>
      {limits.length === 0 && (
        <Empty>
          <FormattedMessage id="controls.no-limits" />
        </Empty>
      )}
      <ul className="flex flex-col gap-1 text-sm">
        {limits.map(([scope, limit]) => {
          const inside = overview.inside.byScope[scope] ?? 0;
          return (
            <li key={scope} className="grid grid-cols-[8rem_1fr_auto] items-center gap-3 py-0.5">
              <span className="font-semibold">{scopeName(scope)}</span>
              <Level value={inside} limit={limit} />
              <span>
                <FormattedNumber value={inside} />
                <span className="text-quiet">
                  {' / '}
                  <FormattedNumber value={limit} />
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
