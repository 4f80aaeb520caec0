import { useNavigate, useSearch } from '@tanstack/react-router';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { Overview } from '#protocol/overview.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { AttentionList } from '../ground/attention-list.tsx';
import { FlowChart } from '../ground/flow-chart.tsx';
import { GatePanel } from '../ground/gate-panel.tsx';
import { GateTable } from '../ground/gate-table.tsx';
import { GroundPlan } from '../ground/ground-plan.tsx';
import { useLive } from '../live/overview-feed.tsx';
import { PageHead, Section } from '../parts/page.tsx';
import { Waiting } from '../parts/waiting.tsx';
import type { Search } from '../router.tsx';

/** The ground first; beside it what needs somebody; below it the evening so far. */
export function GroundPage() {
  const intl = useIntl();
  const { overview } = useLive();
  const { gate: chosen, tab } = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  if (overview === null) return <Waiting />;
  const change = (search: Partial<Search>) =>
    void navigate({ to: '.', search: (before: Search) => ({ ...before, ...search }) });
  const gate = overview.gates.find((each) => each.gate === chosen) ?? null;
  return (
    <>
      <PageHead id="place.ground">
        <Totals overview={overview} />
      </PageHead>
      <div
        className={joinClasses(
          'grid gap-x-6 gap-y-4',
          // Twelve columns of figures take more of the width than the plan does.
          tab === 'table'
            ? 'xl:grid-cols-[minmax(0,1fr)_18rem]'
            : 'xl:grid-cols-[minmax(0,1fr)_24rem]',
        )}
      >
        <div className="flex min-w-0 flex-col gap-4">
          {tab === 'table' ? (
            <GateTable
              overview={overview}
              chosen={chosen ?? null}
              onChoose={(id) => change({ gate: id })}
            />
          ) : (
            <GroundPlan
              overview={overview}
              chosen={chosen ?? null}
              onChoose={(id) => change({ gate: id === chosen ? undefined : id })}
            />
          )}
          <button
            type="button"
            className="min-h-8 self-start rounded-md px-2 text-accent-text text-sm underline"
            onClick={() => change({ tab: tab === 'table' ? undefined : 'table' })}
          >
            <FormattedMessage id={tab === 'table' ? 'ground.as-plan' : 'ground.as-table'} />
          </button>
          {gate !== null && (
            <GatePanel
              gate={gate}
              overview={overview}
              onClose={() => change({ gate: undefined })}
            />
          )}
          <Section title={intl.formatMessage({ id: 'ground.evening' })}>
            <FlowChart overview={overview} />
          </Section>
        </div>
        <div className="min-w-0 max-xl:order-first">
          <AttentionList overview={overview} />
        </div>
      </div>
    </>
  );
}

function Totals({ overview }: { readonly overview: Overview }) {
  const { totals } = overview;
  const rows = [
    ['ground.sold', totals.sold],
    ['ground.admitted', totals.admitted],
    ['ground.provisional', totals.provisional],
    ['ground.refused', totals.refused],
  ] as const;
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {rows.map(([word, n]) => (
        <div key={word} className="flex items-baseline gap-1.5">
          <dt className="text-quiet">
            <FormattedMessage id={word} />
          </dt>
          <dd className="font-semibold">
            <FormattedNumber value={n} />
          </dd>
        </div>
      ))}
      <div className="flex items-baseline gap-1.5">
        <dt className="text-quiet">
          <FormattedMessage id="ground.miss" />
        </dt>
        <dd className="font-semibold">
          <FormattedNumber value={totals.missShare} style="percent" maximumFractionDigits={1} />
        </dd>
      </div>
    </dl>
  );
}
