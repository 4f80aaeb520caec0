import type { Command } from 'commander';
import { at } from '#cli/client.ts';
import { idArgument, runs, serverCommand } from '#cli/command.ts';
import { type ControlsState, controlsState } from '#protocol/controls.ts';

export function controlsCommand(): Command {
  const command = serverCommand('controls', {
    summary: 'Show everything that control has set: holds, diversions, limits, times.',
    example: 'kaimen controls --event derby-2026-11-29 --data data',
  }).requiredOption('--event <id>', 'the match', idArgument);
  return runs<{ readonly event: string }>(command, async ({ options, out, client }) => {
    const controls = await client().ask(controlsState, {
      path: at`/events/${options.event}/controls`,
    });
    out.result(controls, controlsWords(options.event, controls));
  });
}

function controlsWords(event: string, controls: ControlsState): string[] {
  return [
    `${event} is ${controls.status}`,
    `entry from ${controls.window.doorsAt ?? 'doors'} until ${controls.window.endsAt ?? 'the end'}`,
    ...controls.holds.map(
      ({ id, scope, kind, perMinute, reason }) =>
        `hold ${id}: ${scope} ${kind === 'stop' ? 'stopped' : `${perMinute} a minute`}: ${reason}`,
    ),
    ...controls.diversions.map(
      ({ id, sections, gates, until, reason }) =>
        `diversion ${id}: ${sections.join(', ')} may use ${gates.join(', ')} until ${until}: ${reason}`,
    ),
    ...Object.entries(controls.limits).map(
      ([scope, limit]) => `limit: ${scope} ${limit ?? 'none'}`,
    ),
  ];
}
