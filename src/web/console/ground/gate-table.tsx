import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { GateOverview, Overview } from '#protocol/overview.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { VerdictShape } from '#web/ui/verdict-shape.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { useLocalized } from '../parts/names.ts';
import { Spark } from '../parts/spark.tsx';
import { GATE_HUE } from './gate-hue.ts';

/** The plan as rows: what a plan cannot say, and for whom a plan says nothing. */
export function GateTable({
  overview,
  chosen,
  onChoose,
}: {
  readonly overview: Overview;
  readonly chosen: string | null;
  readonly onChoose: (gate: string) => void;
}) {
  const intl = useIntl();
  const columns = useColumns();
  return (
    <DataTable
      name="gates"
      label={intl.formatMessage({ id: 'ground.table' })}
      rows={overview.gates}
      columns={columns}
      keyOf={({ gate }) => gate}
      onOpen={({ gate }) => onChoose(gate)}
      chosen={chosen}
      empty={<FormattedMessage id="ground.no-gates" />}
    />
  );
}

function useColumns(): readonly Column<GateOverview>[] {
  const intl = useIntl();
  const localized = useLocalized();
  return [
    {
      id: 'gate',
      head: 'gates.gate',
      value: ({ gate }) => gate,
      cell: (gate) => (
        <span className="whitespace-nowrap">
          <span className="font-semibold">{gate.gate}</span> {localized(gate.name)}
        </span>
      ),
    },
    {
      id: 'state',
      head: 'gates.state',
      value: ({ state }) => intl.formatMessage({ id: `gate.${state}` }),
      cell: ({ state }) => (
        <span
          className={joinClasses(
            'inline-flex items-center gap-1 whitespace-nowrap font-semibold',
            HUE_TEXT[GATE_HUE[state]],
          )}
        >
          <VerdictShape hue={GATE_HUE[state]} size={14} />
          <FormattedMessage id={`gate.${state}`} />
        </span>
      ),
    },
    number('admitted', ({ admitted }) => admitted),
    number('perMinute', ({ perMinute }) => perMinute),
    {
      id: 'trend',
      isForWide: true,
      head: 'gates.trend',
      value: ({ change }) => change,
      cell: ({ minutes }) => <Spark values={minutes} />,
    },
    number('capacity', ({ capacityPerMinute }) => capacityPerMinute, true),
    number('search', ({ searchPerMinute }) => searchPerMinute, true),
    number('queue', ({ queue }) => queue),
    {
      id: 'clear',
      head: 'gates.clear',
      isNumber: true,
      isForWide: true,
      value: ({ clearMinutes }) => clearMinutes,
      cell: ({ clearMinutes }) => (
        <FormattedMessage
          id={clearMinutes === null ? 'gates.not-soon' : 'unit.minutes'}
          values={{ n: clearMinutes ?? 0 }}
        />
      ),
    },
    {
      id: 'miss',
      head: 'gates.miss',
      isNumber: true,
      value: ({ missShare }) => missShare,
      cell: ({ missShare }) => (
        <FormattedNumber value={missShare} style="percent" maximumFractionDigits={1} />
      ),
    },
    number('refused', refusedOf, true),
    number('provisional', ({ provisional }) => provisional, true),
  ];
}

function refusedOf({ refused }: GateOverview): number {
  return Object.values(refused).reduce((sum, n) => sum + (n ?? 0), 0);
}

function number(
  id: string,
  value: (gate: GateOverview) => number | null,
  isForWide = false,
): Column<GateOverview> {
  return {
    id,
    isForWide,
    head: `gates.${id}`,
    isNumber: true,
    value,
    cell: (gate) => {
      const n = value(gate);
      return n === null ? '–' : <FormattedNumber value={n} maximumFractionDigits={0} />;
    },
  };
}
