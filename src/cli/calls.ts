// What lanes call control for.
import type { Command } from 'commander';
import { callList, callState } from '#protocol/notices.ts';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { table } from './output.ts';

export function callsCommand(): Command {
  const commands = [list(), answer(), close()];
  return groupCommand('calls', 'Calls from lanes: crush, medical, threat, kit, help.', commands, {
    whenNoneIsNamed: 'list',
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List calls, those that wait first (“list” may be left out).',
    example: 'kaimen calls list --event derby-2026-11-29 --open --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--open', 'only those that are not closed');
  type Options = { readonly event: string; readonly open?: true };
  return runs<Options>(command, async ({ options, out, client }) => {
    const path = at`/events/${options.event}/calls`;
    const found = await client().ask(callList, { path, query: { open: options.open } });
    const rows = found.calls.map((call) => [
      call.id,
      call.calledAt,
      call.kind,
      call.lane ?? call.gate,
      call.state,
      call.closedBy ?? call.acknowledgedBy,
      call.outcome ?? call.note,
    ]);
    const heads = ['call', 'at', 'kind', 'lane', 'state', 'by', 'words'];
    out.result(found, table(heads, rows));
  });
}

function answer(): Command {
  const command = serverCommand('answer', {
    summary: 'Say that somebody is on it; the lane is told.',
    example: 'kaimen calls answer dev-m4hq7zra.c-17 --event derby-2026-11-29 --data data',
  })
    .argument('<id>', 'as “kaimen calls” shows it')
    .requiredOption('--event <id>', 'the match', idArgument);
  type Options = { readonly event: string };
  return runs<Options>(command, async ({ args: [id = ''], options, out, client }) => {
    const path = at`/events/${options.event}/calls/${id}/acknowledge`;
    const state = await client().ask(callState, { method: 'POST', path });
    out.result(state, `${id} is answered`);
  });
}

function close(): Command {
  const command = serverCommand('close', {
    summary: 'Say that it is over, and how it went.',
    example:
      'kaimen calls close dev-m4hq7zra.c-17 --event derby-2026-11-29 --outcome "first aid took over" --data data',
  })
    .argument('<id>', 'as “kaimen calls” shows it')
    .requiredOption('--event <id>', 'the match', idArgument)
    .requiredOption('--outcome <text>', 'how it went, for whoever reads it later');
  type Options = { readonly event: string; readonly outcome: string };
  return runs<Options>(command, async ({ args: [id = ''], options, out, client }) => {
    const path = at`/events/${options.event}/calls/${id}/close`;
    const body = { outcome: options.outcome };
    const state = await client().ask(callState, { method: 'POST', path, body });
    out.result(state, `${id} is closed`);
  });
}
