import type { Command } from 'commander';
import { anyAnswer } from '#cli/answers.ts';
import { at } from '#cli/client.ts';
import {
  groupCommand,
  idArgument,
  idsArgument,
  runs,
  serverCommand,
  timeArgument,
} from '#cli/command.ts';
import { table } from '#cli/output.ts';
import { controlsState, createdId } from '#protocol/controls.ts';

export function divertCommand(): Command {
  return groupCommand('divert', 'Let sections use other gates for a while.', [
    set(),
    list(),
    lift(),
  ]);
}

type Options = {
  readonly event: string;
  readonly sections: readonly string[];
  readonly gates: readonly string[];
  readonly until: string;
  readonly reason: string;
};

function set(): Command {
  const command = serverCommand('set', {
    summary: 'Divert until a time; it ends by itself (“set” may be left out).',
    example:
      'kaimen divert --event derby-2026-11-29 --sections N103,N104 --gates N3 \\\n' +
      '    --until 2026-11-29T19:20:00+08:00 --reason "N2 lost power" --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .requiredOption('--sections <ids>', 'whose holders, with commas between', idsArgument)
    .requiredOption('--gates <ids>', 'which gates they may use as well', idsArgument)
    .requiredOption('--until <time>', 'when it ends', timeArgument)
    .requiredOption('--reason <text>', 'why, for the audit and the next shift');
  return runs<Options>(command, async ({ options, out, client }) => {
    const { event, sections, gates, until, reason } = options;
    const answer = await client().ask(createdId, {
      method: 'POST',
      path: at`/events/${event}/diversions`,
      body: { sections, gates, until, reason },
    });
    out.result(
      answer,
      `sections ${sections.join(', ')} may use gate ${gates.join(', ')} until ${until} (${answer.id})`,
    );
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List the diversions in force.',
    example: 'kaimen divert list --event derby-2026-11-29 --data data',
  }).requiredOption('--event <id>', 'the match', idArgument);
  return runs<{ readonly event: string }>(command, async ({ options, out, client }) => {
    const { diversions } = await client().ask(controlsState, {
      path: at`/events/${options.event}/controls`,
    });
    const rows = diversions.map((diversion) => [
      diversion.id,
      diversion.sections.join(', '),
      diversion.gates.join(', '),
      diversion.until,
      diversion.reason,
    ]);
    out.result({ diversions }, table(['diversion', 'sections', 'gates', 'until', 'why'], rows));
  });
}

function lift(): Command {
  const command = serverCommand('lift', {
    summary: 'End a diversion before its time.',
    example: 'kaimen divert lift --event derby-2026-11-29 div-ku3tb2ad --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<id>', 'as “kaimen divert list” shows it');
  return runs<{ readonly event: string }>(
    command,
    async ({ args: [id = ''], options, out, client }) => {
      const answer = await client().ask(anyAnswer, {
        method: 'DELETE',
        path: at`/events/${options.event}/diversions/${id}`,
      });
      out.result(answer, `diversion ${id} is lifted`);
    },
  );
}
