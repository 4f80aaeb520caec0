import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { EntryPlanAnswer } from '#protocol/entry-plan.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { VerdictShape } from '#web/ui/verdict-shape.tsx';
import { useLocalized } from '../parts/names.ts';
import { Empty, Section } from '../parts/page.tsx';
import { hueOfSection } from './section-state.ts';

function Heads({ words }: { readonly words: readonly string[] }) {
  return (
    <thead>
      <tr className="border-line border-b text-left text-quiet">
        {words.map((id, index) => (
          <th
            key={id}
            scope="col"
            className={joinClasses('py-1 font-semibold', index > 0 && 'pl-3 text-right')}
          >
            <FormattedMessage id={id} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** What may be sold in each, and why no more; choosing one shows it. */
export function SectionTable({
  sections,
  chosen,
  onChoose,
}: {
  readonly sections: EntryPlanAnswer['sections'];
  readonly chosen: string | null;
  readonly onChoose: (section: string) => void;
}) {
  const intl = useIntl();
  return (
    <Section title={intl.formatMessage({ id: 'seats.sections' })}>
      <div className="max-h-96 overflow-y-auto">
        <table className="w-full text-sm">
          <Heads
            words={['seats.section', 'seats.places', 'seats.may', 'seats.sold', 'seats.because']}
          />
          <tbody>
            {sections.map((section) => {
              const hue = hueOfSection(section);
              return (
                <tr key={section.id} className="border-line border-b">
                  <td className="py-0.5">
                    <button
                      type="button"
                      aria-pressed={section.id === chosen}
                      onClick={() => onChoose(section.id)}
                      className={joinClasses(
                        'flex min-h-7 items-center gap-1.5 rounded-md px-1 font-semibold hover:bg-sunken',
                        section.id === chosen && 'bg-sunken outline-2 outline-accent',
                      )}
                    >
                      <span className={HUE_TEXT[hue]}>
                        <VerdictShape hue={hue} size={12} />
                      </span>
                      {section.id}
                    </button>
                  </td>
                  {(['places', 'sellable', 'sold'] as const).map((figure) => (
                    <td key={figure} className="pl-3 text-right">
                      <FormattedNumber value={section[figure]} />
                    </td>
                  ))}
                  <td className="pl-3 text-right">
                    <FormattedMessage id={`seats.by-${section.limitedBy}`} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

export function GateNeeds({ gates }: { readonly gates: EntryPlanAnswer['gates'] }) {
  const intl = useIntl();
  const heads = [
    ...['seats.gate', 'seats.per-hour', 'seats.people', 'seats.lanes', 'seats.accessible'],
    ...['seats.search', 'seats.stewards', 'seats.wait'],
  ];
  return (
    <Section title={intl.formatMessage({ id: 'seats.gates' })}>
      <section
        className="overflow-x-auto"
        aria-label={intl.formatMessage({ id: 'seats.gates' })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
        tabIndex={0}
      >
        <table className="w-full whitespace-nowrap text-sm">
          <Heads words={heads} />
          <tbody>
            {gates.map(({ id, capacityPerHour, people, has, needs, forecast }) => {
              const isShort = has.lanes < needs.lanes || has.accessible < needs.accessible;
              return (
                <tr key={id} className="border-line border-b">
                  <td className="py-1 font-semibold">{id}</td>
                  <td className="pl-3 text-right">
                    <FormattedNumber value={capacityPerHour} />
                  </td>
                  <td className="pl-3 text-right">
                    <FormattedNumber value={people} />
                  </td>
                  <td className="pl-3 text-right">
                    {isShort && (
                      <span
                        className={joinClasses('mr-1 inline-block align-[-1px]', HUE_TEXT.refer)}
                      >
                        <VerdictShape hue="refer" size={11} />
                      </span>
                    )}
                    {has.lanes + has.fast} / {needs.lanes + needs.fast}
                  </td>
                  <td className="pl-3 text-right">
                    {has.accessible} / {needs.accessible}
                  </td>
                  <td className="pl-3 text-right">{needs.searchLanes}</td>
                  <td className="pl-3 text-right">{needs.stewards}</td>
                  <td className="pl-3 text-right">
                    <FormattedMessage id="seats.minutes" values={{ n: forecast.waitMaxMinutes }} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </Section>
  );
}

/** Of one kind; a mistake made at one place was often made at all. */
const SHOWN_MAX = 4;

export function Risks({ risks }: { readonly risks: EntryPlanAnswer['risks'] }) {
  const intl = useIntl();
  const kinds = [...new Set(risks.map(({ kind }) => kind))];
  return (
    <Section
      title={intl.formatMessage({ id: 'seats.risks' })}
      aside={risks.length > 0 ? intl.formatNumber(risks.length) : undefined}
    >
      {risks.length === 0 && (
        <Empty>
          <FormattedMessage id="seats.no-risks" />
        </Empty>
      )}
      {kinds.map((kind) => (
        <RisksOfKind key={kind} risks={risks.filter((risk) => risk.kind === kind)} />
      ))}
    </Section>
  );
}

function RisksOfKind({ risks }: { readonly risks: EntryPlanAnswer['risks'] }) {
  const localized = useLocalized();
  return (
    <ol className="flex flex-col">
      {risks.slice(0, SHOWN_MAX).map((risk) => {
        const hue = risk.severity === 'high' ? 'refused' : 'refer';
        return (
          <li
            key={risk.gate ?? risk.section}
            className="flex gap-2 border-line border-b py-1.5 text-sm"
          >
            <span className={joinClasses('mt-0.5 shrink-0', HUE_TEXT[hue])}>
              <VerdictShape hue={hue} size={14} />
            </span>
            {localized(risk.words)}
          </li>
        );
      })}
      {risks.length > SHOWN_MAX && (
        <li className="py-1.5 pl-6 text-quiet text-sm">
          <FormattedMessage id="seats.more" values={{ n: risks.length - SHOWN_MAX }} />
        </li>
      )}
    </ol>
  );
}
