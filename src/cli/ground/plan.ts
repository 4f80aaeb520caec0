// `kaimen ground plan`: the entry of a match before it is played.
import { type Command, Option } from 'commander';
import { at } from '#cli/client.ts';
import { idArgument, numberArgument, runs, serverCommand } from '#cli/command.ts';
import { count, table } from '#cli/output.ts';
import { type EntryPlanAnswer, entryPlanAnswer } from '#protocol/entry-plan.ts';

type Options = { readonly event: string; readonly search?: string; readonly layout?: number };

const VERSION_MAX = 1_000_000;

export function planCommand(): Command {
  const command = serverCommand('plan', {
    summary: 'What may be sold by section, what each gate needs, and what would go wrong.',
    example: 'kaimen ground plan --event derby-2026-11-29 --search high --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .addOption(
      new Option('--search <level>', 'how thoroughly people are searched').choices([
        'low',
        'usual',
        'high',
      ]),
    )
    .option(
      '--layout <version>',
      'of the ground; the newest when left out',
      numberArgument(1, VERSION_MAX),
    );
  return runs<Options>(command, async ({ options, out, client }) => {
    const { event, search, layout } = options;
    const path = at`/events/${event}/entry-plan`;
    const plan = await client().ask(entryPlanAnswer, { path, query: { search, layout } });
    out.result(plan, planWords(plan));
  });
}

function planWords(plan: EntryPlanAnswer): string[] {
  const { layout, places, sellable, sold } = plan;
  const of =
    layout === null ? 'no layout imported' : `layout ${layout.version} of ${layout.ground}`;
  const short = plan.sections.filter((section) => section.sellable < section.places);
  return [
    `${plan.event}, ${of}: ${count(places, 'place')}; ${sellable.toLocaleString('en')} may be sold by the one-hour rule; ${sold.toLocaleString('en')} sold`,
    '',
    ...(short.length === 0
      ? ['every section may be sold out']
      : table(
          ['section', 'places', 'may be sold', 'sold', 'because of'],
          short.map((each) => [each.id, each.places, each.sellable, each.sold, each.limitedBy]),
        )),
    '',
    ...table(
      ['gate', 'an hour', 'people', 'lanes', 'need', 'fast', 'accessible', 'search', 'stewards'],
      plan.gates.map(({ id, capacityPerHour, people, has, needs }) => [
        ...[id, capacityPerHour, people, has.lanes, needs.lanes, needs.fast, needs.accessible],
        ...[needs.searchLanes, needs.stewards],
      ]),
    ),
    '',
    ...(plan.risks.length === 0
      ? ['nothing would go wrong with what has been sold']
      : plan.risks.map(({ severity, words }) => `${severity}: ${words.en}`)),
    ...(plan.announced === null
      ? []
      : [
          '',
          `announced ${plan.announced.at}: ${count(plan.announced.risks, 'risk')}, sent to ${count(plan.announced.told, 'reader')}`,
        ]),
  ];
}
