// One gate opened: its lanes, why it refuses, what it could pass, and the controls that belong to it.
import { useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { Reason } from '#domain/entry/verdict.ts';
import { rungWord, verdictWord } from '#lane/words.ts';
import type { GateOverview, LaneOverview, Overview } from '#protocol/overview.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { RungBadge } from '#web/ui/rung-badge.tsx';
import { GateActions } from '../controls/gate-actions.tsx';
import { OfferDialog } from '../devices/offer-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { laneName, useLocalized } from '../parts/names.ts';
import { Section } from '../parts/page.tsx';
import { RowAct } from '../parts/row-act.tsx';
import { useSession } from '../session.tsx';

export function GatePanel({
  gate,
  overview,
  onClose,
}: {
  readonly gate: GateOverview;
  readonly overview: Overview;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const { event = '' } = useParams({ strict: false });
  const top = useRef<HTMLDivElement>(null);
  // Opened from the plan above it, it may begin below what is in sight.
  useEffect(() => {
    if (gate.gate !== '') top.current?.scrollIntoView({ block: 'nearest' });
  }, [gate.gate]);
  return (
    <div ref={top} className="scroll-mb-4">
      <Section
        title={`${gate.gate} · ${localized(gate.name)}`}
        aside={
          <button type="button" className="min-h-6 underline hover:text-fg" onClick={onClose}>
            {intl.formatMessage({ id: 'shared.close' })}
          </button>
        }
      >
        <GateActions event={event} gate={gate.gate} overview={overview} />
        <Facts gate={gate} />
        <Lanes event={event} gate={gate} />
      </Section>
    </div>
  );
}

function Facts({ gate }: { readonly gate: GateOverview }) {
  const intl = useIntl();
  const { language } = useLooks();
  const number = (n: number) => intl.formatNumber(n, { maximumFractionDigits: 0 });
  const facts: readonly (readonly [word: string, value: string])[] = [
    ['gates.expected', number(gate.expected)],
    ['gates.admitted', number(gate.admitted)],
    ['gates.queue', number(gate.queue)],
    [
      'gates.clear',
      gate.clearMinutes === null
        ? intl.formatMessage({ id: 'gates.never' })
        : intl.formatMessage({ id: 'unit.minutes' }, { n: gate.clearMinutes }),
    ],
    [
      'gates.miss',
      intl.formatNumber(gate.missShare, { style: 'percent', maximumFractionDigits: 1 }),
    ],
    [
      'gates.scan',
      intl.formatMessage({ id: 'unit.per-minute' }, { n: Math.round(gate.scanPerMinute) }),
    ],
    [
      'gates.search',
      gate.searchPerMinute === null
        ? intl.formatMessage({ id: 'gates.search-unknown' })
        : intl.formatMessage({ id: 'unit.per-minute' }, { n: Math.round(gate.searchPerMinute) }),
    ],
  ];
  const refused = Object.entries(gate.refused).sort(([, a], [, b]) => (b ?? 0) - (a ?? 0));
  return (
    <div className="flex flex-col gap-2 text-sm">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-1 sm:grid-cols-4">
        {facts.map(([word, value]) => (
          <div
            key={word}
            className="flex items-baseline justify-between gap-2 border-line border-b py-0.5"
          >
            <dt className="text-quiet">
              <FormattedMessage id={word} />
            </dt>
            <dd className="font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
      {refused.length > 0 && (
        <p className="text-quiet">
          <FormattedMessage id="gates.refused" />{' '}
          {refused.map(([reason, n]) => (
            <span key={reason} className="mr-3 whitespace-nowrap text-fg">
              {verdictWord(
                { verdict: 'refused', reason: reason as Reason, next: 'send-to-desk' },
                language,
              )}{' '}
              <span className="font-semibold">
                <FormattedNumber value={n ?? 0} />
              </span>
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Lanes({ event, gate }: { readonly event: string; readonly gate: GateOverview }) {
  const intl = useIntl();
  const session = useSession();
  const [handingOver, setHandingOver] = useState<string | null>(null);
  const columns = useLaneColumns(gate.gate);
  const acts: Column<LaneOverview> = {
    id: 'acts',
    head: 'accounts.acts',
    value: () => null,
    cell: ({ deviceId }) =>
      deviceId === null ? null : (
        <RowAct word="devices.replace" onPress={() => setHandingOver(deviceId)} />
      ),
  };
  return (
    <>
      <DataTable
        name="lanes"
        label={intl.formatMessage({ id: 'lanes.title' }, { gate: gate.gate })}
        rows={gate.lanes}
        columns={session.may('devices.enrol') ? [...columns, acts] : columns}
        keyOf={({ deviceId, lane }) => deviceId ?? `lane ${lane}`}
        empty={<FormattedMessage id="lanes.none" />}
      />
      {handingOver !== null && (
        <OfferDialog event={event} replaces={handingOver} onClose={() => setHandingOver(null)} />
      )}
    </>
  );
}

function useLaneColumns(gate: string): readonly Column<LaneOverview>[] {
  const intl = useIntl();
  const clock = useGroundClock();
  const { language } = useLooks();
  return [
    {
      id: 'lane',
      head: 'lanes.lane',
      value: ({ lane }) => lane,
      cell: ({ lane, isTemporary }) => (
        <span className="whitespace-nowrap font-semibold">
          {lane === null ? '–' : laneName(gate, lane)}
          {isTemporary && (
            <span className="ml-2 font-normal text-quiet">
              <FormattedMessage id="lanes.temporary" />
            </span>
          )}
        </span>
      ),
    },
    {
      id: 'rung',
      head: 'lanes.rung',
      value: ({ rung }) => rung,
      cell: (lane) => (
        <LaneState lane={lane} word={lane.rung === null ? null : rungWord(lane.rung, language)} />
      ),
    },
    {
      id: 'admitted',
      head: 'lanes.admitted',
      isNumber: true,
      value: ({ admitted }) => admitted,
      cell: ({ admitted }) => <FormattedNumber value={admitted} />,
    },
    {
      id: 'perMinute',
      isForWide: true,
      head: 'lanes.perMinute',
      isNumber: true,
      value: ({ perMinute }) => perMinute,
      cell: ({ perMinute }) => perMinute,
    },
    {
      id: 'lastScan',
      isForWide: true,
      head: 'lanes.lastScan',
      value: ({ lastScanAt }) => lastScanAt,
      cell: ({ lastScanAt }) => clock.of(lastScanAt),
    },
    {
      id: 'seen',
      isForWide: true,
      head: 'lanes.seen',
      value: ({ seenAt }) => seenAt,
      cell: ({ seenAt }) => clock.of(seenAt),
    },
    {
      id: 'unsynced',
      head: 'lanes.unsynced',
      isNumber: true,
      value: ({ unsynced }) => unsynced,
      cell: ({ unsynced, oldestUnsyncedAt }) =>
        unsynced === null
          ? '–'
          : `${unsynced}${unsynced > 0 ? ` · ${clock.of(oldestUnsyncedAt)}` : ''}`,
    },
    {
      id: 'skew',
      isForWide: true,
      head: 'lanes.skew',
      isNumber: true,
      value: ({ clockSkewMs }) => clockSkewMs,
      cell: ({ clockSkewMs }) =>
        clockSkewMs === null
          ? '–'
          : `${intl.formatNumber(clockSkewMs / 1_000, { maximumFractionDigits: 1, signDisplay: 'exceptZero' })} s`,
    },
    {
      id: 'battery',
      head: 'lanes.battery',
      isNumber: true,
      value: ({ battery }) => battery,
      cell: ({ battery }) =>
        battery === null ? '–' : <FormattedNumber value={battery} style="percent" />,
    },
  ];
}

function LaneState({ lane, word }: { readonly lane: LaneOverview; readonly word: string | null }) {
  if (lane.deviceId === null) {
    return (
      <span className="text-quiet">
        <FormattedMessage id="lanes.nobody" />
      </span>
    );
  }
  if (!lane.isHeard) {
    return (
      <span className="font-semibold text-unknown-text">
        <FormattedMessage id="lanes.silent" />
      </span>
    );
  }
  return <RungBadge rung={lane.rung} word={word ?? '–'} />;
}
