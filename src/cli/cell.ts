import type { Command } from 'commander';
import { type CellView, cellEventAnswer, cellView } from '#protocol/cell.ts';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { type Output, table } from './output.ts';

export function cellCommand(): Command {
  const summary = 'The etcd of a ground, in which boxes and hub decide together.';
  return groupCommand('cell', summary, [status(), lead(), room(), load(), clear()]);
}

function status(): Command {
  const command = serverCommand('status', {
    summary: 'Show its members, who leads, how full it is, and what it decides.',
    example: 'kaimen cell status --data data',
  });
  return runs(command, async ({ out, client }) => {
    return show(out, await client().ask(cellView, { path: '/cell' }));
  });
}

function lead(): Command {
  const command = serverCommand('lead', {
    summary: 'Have another member lead: claims are fastest from where it stands.',
    example: 'kaimen cell lead box-2 --data data',
  }).argument('<member>', 'as “kaimen cell status” shows it');
  return runs(command, async ({ args: [to], out, client }) => {
    const asked = { method: 'POST', path: '/cell/leader', body: { to } } as const;
    return show(out, await client().ask(cellView, asked));
  });
}

function room(): Command {
  const command = serverCommand('clear', {
    summary: 'Make room in a cell that has reached its quota, and take its alarm away.',
    example: 'kaimen cell clear --data data',
  });
  return runs(command, async ({ out, client }) => {
    return show(out, await client().ask(cellView, { method: 'POST', path: '/cell/room' }));
  });
}

function load(): Command {
  const command = serverCommand('load', {
    summary: 'Keep a match ready in the cell, so that it can take over at once at doors-open.',
    example:
      'kaimen cell load derby-2026-11-29 --data data\n' +
      'kaimen cell load derby-2026-11-29 --anew --data data',
  })
    .argument('<event>', 'the match', idArgument)
    .option(
      '--anew',
      'drop what the cell has of it: for a cell that was found to be older than lanes',
    );
  return runs<{ readonly anew?: boolean }>(
    command,
    async ({ args: [event = ''], options, out, client }) => {
      const act = options.anew === true ? 'anew' : 'keep';
      const path = at`/events/${event}/cell`;
      const answer = await client().ask(cellEventAnswer, { method: 'POST', path, body: { act } });
      out.result(answer, `${event} is loaded into the cell`);
    },
  );
}

function clear(): Command {
  const command = serverCommand('archive', {
    summary: 'After the match: clear it from the cell, once everything is written down here.',
    example: 'kaimen cell archive derby-2026-11-29 --data data',
  }).argument('<event>', 'the match', idArgument);
  return runs(command, async ({ args: [event = ''], out, client }) => {
    const path = at`/events/${event}/cell`;
    const body = { act: 'clear' };
    const answer = await client().ask(cellEventAnswer, { method: 'POST', path, body });
    out.result(
      answer,
      `${event}: ${answer.scans} verdicts and ${answer.claims} claims are written down here and cleared from the cell`,
    );
  });
}

/** @returns 1 when it decides nothing, or takes nothing more */
function show(out: Output, view: CellView): number {
  const rows = view.members.map(({ name, endpoint, isUp, isLeader, bytes, version }) => [
    name,
    endpoint,
    isUp ? (isLeader ? 'leads' : 'follows') : 'does not answer',
    bytes === null ? null : `${(bytes / 1_048_576).toFixed(1)} MB`,
    version,
  ]);
  const lines = [
    ...table(['member', 'address', '', 'size', 'etcd'], rows),
    ...view.events.map(({ id, isDecided, behind, writtenDown }) => {
      const how = behind ? 'IS OLDER THAN ITS LANES' : isDecided ? 'decides' : 'keeps ready';
      return `${how} ${id} (${writtenDown} verdicts written down here)`;
    }),
    ...(view.hasQuorum ? [] : ['NO MAJORITY ANSWERS: lanes go on alone']),
    ...(view.isFull ? ['FULL: it takes nothing more; run “kaimen cell clear”'] : []),
  ];
  out.result(view, lines);
  return view.hasQuorum && !view.isFull ? 0 : 1;
}
