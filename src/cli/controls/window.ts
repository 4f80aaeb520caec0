import { type Command, InvalidArgumentError } from 'commander';
import { at } from '#cli/client.ts';
import { idArgument, runs, serverCommand, timeArgument } from '#cli/command.ts';
import { CommandFailure, EXIT_USAGE } from '#cli/failure.ts';
import { controlsState } from '#protocol/controls.ts';

type Options = {
  readonly event: string;
  readonly kickOff?: string;
  readonly doors?: string;
  readonly ends?: string;
  readonly reason: string;
};

export function windowCommand(): Command {
  const command = serverCommand('window', {
    summary: 'Move kick-off and the time of entry in one act: a delay, an abandoned match.',
    example:
      'kaimen window --event derby-2026-11-29 --kick-off 2026-11-29T20:35:00+08:00 \\\n' +
      '    --ends 2026-11-29T22:30:00+08:00 --reason "kick-off delayed by an hour" --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--kick-off <time>', 'when the match begins; none: as in the match file', noneOrTime)
    .option('--doors <time>', 'from when people may enter; none: as in the match file', noneOrTime)
    .option('--ends <time>', 'until when people may enter; none: as in the match file', noneOrTime)
    .requiredOption('--reason <text>', 'why, for the audit and the next shift');
  return runs<Options>(command, async ({ options, out, client }) => {
    const { event, kickOff, doors, ends, reason } = options;
    if (kickOff === undefined && doors === undefined && ends === undefined) {
      throw new CommandFailure('nothing to move', {
        code: 'usage',
        mend: 'give --kick-off, --doors, --ends or several of them',
        exitCode: EXIT_USAGE,
      });
    }
    // What was not named stays as it is.
    const answer = await client().ask(controlsState, {
      method: 'PUT',
      path: at`/events/${event}/kick-off`,
      body: { startsAt: moved(kickOff), doorsAt: moved(doors), endsAt: moved(ends), reason },
    });
    const { startsAt = null, doorsAt, endsAt } = answer.window;
    out.result(answer, [
      `entry from ${doorsAt ?? 'doors of the match file'} until ${endsAt ?? 'end of the match file'}`,
      `kick-off ${startsAt ?? 'as in the match file'}`,
    ]);
  });
}

function moved(said: string | undefined): string | null | undefined {
  return said === 'none' ? null : said;
}

function noneOrTime(text: string): string {
  if (text === 'none') return text;
  try {
    return timeArgument(text);
  } catch {
    throw new InvalidArgumentError(
      'write a time with its offset, such as 2026-11-29T19:20:00+08:00, or none',
    );
  }
}
