import type { Command } from 'commander';
import { at } from '#cli/client.ts';
import { groupCommand, idArgument, runs, serverCommand } from '#cli/command.ts';
import { count, table } from '#cli/output.ts';
import { gateReleases, releaseNotice } from '#protocol/releases.ts';

export function releaseCommand(): Command {
  return groupCommand('release', 'Which release the lanes of each gate run.', [
    show(),
    order(),
    back(),
  ]);
}

type Event = { readonly event: string };

function show(): Command {
  const command = serverCommand('show', {
    summary: 'What each gate is to run, and what its lanes run.',
    example: 'kaimen release show --event derby-2026-11-29 --data data',
  }).requiredOption('--event <id>', 'the match', idArgument);
  return runs<Event>(command, async ({ options, out, client }) => {
    const answer = await client().ask(gateReleases, {
      path: at`/events/${options.event}/releases`,
    });
    const rows = answer.gates.map(({ gate, release, previous, isCanary, lanes }) => {
      const running = lanes.filter((lane) => lane.running === release).length;
      const obeyed = release === null ? '' : `${running} of ${lanes.length}`;
      return [gate, release, previous, isCanary ? 'on trial' : '', obeyed];
    });
    const { canary } = answer;
    out.result(answer, [
      ...table(['gate', 'release', 'before', '', 'lanes that run it'], rows),
      ...(canary === null ? [] : [`on trial: ${count(canary.scans, 'scan')} so far`]),
    ]);
  });
}

function order(): Command {
  const command = serverCommand('order', {
    summary: 'Name the release of a gate; its lanes change between two scans.',
    example:
      'kaimen release order N1 0.2.0 --canary --event derby-2026-11-29 --reason "first gate" --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<gate>', 'as the event file names it', idArgument)
    .argument('<release>', 'the folder of that release at the lanes, or the build of the gate app')
    .option('--canary', 'on trial: taken back by itself when it does worse than the other gates')
    .requiredOption('--reason <text>', 'why, for the audit');
  type Options = Event & { readonly canary?: true; readonly reason: string };
  return runs<Options>(command, async ({ args, options, out, client }) => {
    const [gate = '', release = ''] = args;
    const { reason, canary = false } = options;
    const answer = await client().ask(releaseNotice, {
      method: 'PUT',
      path: at`/events/${options.event}/gates/${gate}/release`,
      body: { release, isCanary: canary, reason },
    });
    const back = `“kaimen release back ${gate} --event ${options.event} --reason …” takes it back`;
    out.result(answer, `${gate} is to run ${release}${canary ? ', on trial' : ''}; ${back}`);
  });
}

function back(): Command {
  const command = serverCommand('back', {
    summary: 'Move a gate back to the release before; its lanes hear of it at once.',
    example: 'kaimen release back N1 --event derby-2026-11-29 --reason "slow" --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<gate>', 'as the event file names it', idArgument)
    .requiredOption('--reason <text>', 'why, for the audit');
  type Options = Event & { readonly reason: string };
  return runs<Options>(command, async ({ args: [gate = ''], options, out, client }) => {
    const answer = await client().ask(releaseNotice, {
      method: 'POST',
      path: at`/events/${options.event}/gates/${gate}/release/back`,
      body: { reason: options.reason },
    });
    out.result(answer, `${gate} goes back to ${answer.release ?? ''}`);
  });
}
