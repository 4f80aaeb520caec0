import type { EntryPlanAnswer } from '#protocol/entry-plan.ts';
import type { Hue } from '#web/ui/verdict-shape.tsx';

type SectionPlan = EntryPlanAnswer['sections'][number];

/** What the plan of entry says of a section, as one of the five hues. */
export function hueOfSection(plan: SectionPlan | undefined): Hue {
  if (plan === undefined) return 'unknown';
  if (plan.limitedBy === 'no-gate') return 'refused';
  return plan.sellable < plan.places ? 'refer' : 'admitted';
}
