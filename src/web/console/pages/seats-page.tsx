import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { Instant } from '#domain/kernel/instant.ts';
import type { EntryPlanAnswer } from '#protocol/entry-plan.ts';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { ask, at } from '../api.ts';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { Empty, PageHead } from '../parts/page.tsx';
import { Waiting } from '../parts/waiting.tsx';
import type { Search } from '../router.tsx';
import { GateNeeds, Risks, SectionTable } from '../seats/entry-tables.tsx';
import { LayoutPlan } from '../seats/layout-plan.tsx';
import { SectionPanel } from '../seats/section-panel.tsx';
import { hueOfSection } from '../seats/section-state.ts';
import { useLayout } from '../seats/use-layout.ts';
import { useSession } from '../session.tsx';

const LEVELS = ['low', 'usual', 'high'] as const;

/** The ground as it is sold, what may be sold of it, and what gates need for that. */
export function SeatsPage() {
  const { event = '' } = useParams({ strict: false });
  const { state: level = 'usual' } = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const plan = useQuery({
    queryKey: ['entry-plan', event, level],
    queryFn: () => ask<EntryPlanAnswer>(`${at`/events/${event}/entry-plan`}?search=${level}`),
    placeholderData: (before) => before,
  });
  const change = (search: Partial<Search>) =>
    void navigate({ to: '.', search: (before: Search) => ({ ...before, ...search }) });
  return (
    <>
      <PageHead id="place.seats">
        {plan.data !== undefined && <Totals plan={plan.data} />}
        <Level level={level} onChange={(state) => change({ state })} />
      </PageHead>
      <Failure error={plan.error} />
      {plan.data === undefined ? (
        plan.isPending && <Waiting />
      ) : (
        <Plan plan={plan.data} onChange={change} />
      )}
    </>
  );
}

function Plan({
  plan,
  onChange,
}: {
  readonly plan: EntryPlanAnswer;
  readonly onChange: (search: Partial<Search>) => void;
}) {
  const { ref: chosen = null } = useSearch({ strict: false }) as Search;
  const mayMove = useSession().may('grounds.import');
  const { layout, error, moved, move, saving, discard } = useLayout(plan.layout);
  const plans = new Map(plan.sections.map((section) => [section.id, section]));
  const section = layout?.sections.find(({ id }) => id === chosen);
  const choose = (id: string) => onChange({ ref: id });
  return (
    <div className="grid gap-x-6 gap-y-4 xl:grid-cols-[minmax(0,1fr)_26rem]">
      <div className="flex min-w-0 flex-col gap-4">
        <Failure error={error} />
        {plan.layout === null && (
          <Empty>
            <FormattedMessage id="seats.none" />
          </Empty>
        )}
        {layout !== null && (
          <LayoutPlan
            layout={layout}
            chosen={chosen}
            hueOf={(id) => hueOfSection(plans.get(id))}
            onChoose={choose}
            onDrag={mayMove ? (id, east, south) => move(id, { east, south, turn: 0 }) : null}
          />
        )}
        {moved > 0 && <Unsaved moved={moved} saving={saving} onDiscard={discard} />}
        {section !== undefined && (
          <SectionPanel
            section={section}
            onMove={mayMove ? (by) => move(section.id, by) : null}
            onClose={() => onChange({ ref: undefined })}
          />
        )}
        <GateNeeds gates={plan.gates} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Announced announced={plan.announced} />
        <Risks risks={plan.risks} />
        <SectionTable sections={plan.sections} chosen={chosen} onChoose={choose} />
      </div>
    </div>
  );
}

/** What was said of risks a day before doors; below stands what would go wrong by now. */
function Announced({ announced }: Pick<EntryPlanAnswer, 'announced'>) {
  const clock = useGroundClock();
  if (announced === null) return null;
  const { at: madeAt, risks, told } = announced;
  return (
    <Notice hue={risks > 0 ? 'refer' : 'admitted'}>
      <FormattedMessage
        id="seats.announced"
        values={{ at: clock.whole(Date.parse(madeAt) as Instant), n: risks, told }}
      />
    </Notice>
  );
}

function Unsaved({
  moved,
  saving,
  onDiscard,
}: {
  readonly moved: number;
  readonly saving: ReturnType<typeof useLayout>['saving'];
  readonly onDiscard: () => void;
}) {
  return (
    <>
      <Failure error={saving.error} />
      <Notice
        hue="refer"
        action={
          <span className="flex flex-wrap gap-2">
            <Button size="small" onClick={onDiscard}>
              <FormattedMessage id="seats.discard" />
            </Button>
            <Button
              size="small"
              kind="main"
              isBusy={saving.isPending}
              onClick={() => saving.mutate()}
            >
              <FormattedMessage id="seats.save" />
            </Button>
          </span>
        }
      >
        <FormattedMessage id="seats.unsaved" values={{ n: moved }} />
      </Notice>
    </>
  );
}

function Totals({ plan }: { readonly plan: EntryPlanAnswer }) {
  const rows = [
    ['seats.places', plan.places],
    ['seats.sellable', plan.sellable],
    ['seats.sold', plan.sold],
  ] as const;
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {plan.layout !== null && (
        <div className="flex items-baseline gap-1.5">
          <dt className="text-quiet">
            <FormattedMessage id="seats.layout" />
          </dt>
          <dd className="font-semibold">
            <FormattedMessage id="seats.version" values={{ version: plan.layout.version }} />
          </dd>
        </div>
      )}
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
    </dl>
  );
}

function Level({
  level,
  onChange,
}: {
  readonly level: string;
  readonly onChange: (level: string) => void;
}) {
  const intl = useIntl();
  return (
    <label className="flex items-center gap-2 text-sm">
      <FormattedMessage id="seats.level" />
      <select
        value={level}
        onChange={(event) => onChange(event.target.value)}
        className="min-h-8 rounded-md border border-line bg-raised px-2 text-fg"
      >
        {LEVELS.map((each) => (
          <option key={each} value={each}>
            {intl.formatMessage({ id: `seats.level-${each}` })}
          </option>
        ))}
      </select>
    </label>
  );
}
