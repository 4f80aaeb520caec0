import type { Command } from 'commander';
import { anyAnswer } from '#cli/answers.ts';
import { at } from '#cli/client.ts';
import { groupCommand, idArgument, numberArgument, runs, serverCommand } from '#cli/command.ts';
import { table } from '#cli/output.ts';
import { controlsState, createdId } from '#protocol/controls.ts';
import { scopeArgument, scopeHelp } from './scope.ts';

const PER_MINUTE_MAX = 100_000;

export function holdCommand(): Command {
  return groupCommand('hold', 'Stop or slow a gate, a section, a stand or the ground.', [
    set(),
    list(),
    lift(),
  ]);
}

function set(): Command {
  const command = serverCommand('set', {
    summary: 'Stop everybody there, or let n a minute through (“set” may be left out).',
    example:
      'kaimen hold --event derby-2026-11-29 gate/N2 --reason "crowd at the barrier" --data data\n' +
      'kaimen hold --event derby-2026-11-29 stand/north --per-minute 60 --reason "queue inside" --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<scope>', scopeHelp, scopeArgument)
    .option(
      '--per-minute <n>',
      'meter instead of stop: so many a minute',
      numberArgument(0, PER_MINUTE_MAX),
    )
    .requiredOption('--reason <text>', 'why, for the audit and the next shift');
  type Options = { readonly event: string; readonly perMinute?: number; readonly reason: string };
  return runs<Options>(command, async ({ args: [scope = ''], options, out, client }) => {
    const kind = options.perMinute === undefined ? 'stop' : 'meter';
    const answer = await client().ask(createdId, {
      method: 'POST',
      path: at`/events/${options.event}/holds`,
      body: { scope, kind, perMinute: options.perMinute, reason: options.reason },
    });
    const what = kind === 'stop' ? 'stopped' : `metered at ${options.perMinute} a minute`;
    out.result(
      answer,
      `${scope} is ${what}; lift it with “kaimen hold lift --event ${options.event} ${answer.id}”`,
    );
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List what is stopped or metered.',
    example: 'kaimen hold list --event derby-2026-11-29 --data data',
  }).requiredOption('--event <id>', 'the match', idArgument);
  return runs<{ readonly event: string }>(command, async ({ options, out, client }) => {
    const { holds } = await client().ask(controlsState, {
      path: at`/events/${options.event}/controls`,
    });
    const rows = holds.map((hold) => [
      hold.id,
      hold.scope,
      hold.kind === 'stop' ? 'stop' : `${hold.perMinute} a minute`,
      hold.reason,
    ]);
    out.result({ holds }, table(['hold', 'where', 'what', 'why'], rows));
  });
}

function lift(): Command {
  const command = serverCommand('lift', {
    summary: 'Lift a hold.',
    example: 'kaimen hold lift --event derby-2026-11-29 hold-rj6cefjr --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<id>', 'as “kaimen hold list” shows it');
  return runs<{ readonly event: string }>(
    command,
    async ({ args: [id = ''], options, out, client }) => {
      const answer = await client().ask(anyAnswer, {
        method: 'DELETE',
        path: at`/events/${options.event}/holds/${id}`,
      });
      out.result(answer, `hold ${id} is lifted`);
    },
  );
}
