import { type Command, InvalidArgumentError } from 'commander';
import { anyAnswer } from '#cli/answers.ts';
import { at } from '#cli/client.ts';
import { idArgument, runs, serverCommand, timeArgument } from '#cli/command.ts';
import { CommandFailure, EXIT_USAGE } from '#cli/failure.ts';
import { controlsState } from '#protocol/controls.ts';

type Options = {
  readonly event: string;
  readonly doors?: string;
  readonly ends?: string;
  readonly reason: string;
};

export function windowCommand(): Command {
  const command = serverCommand('window', {
    summary: 'Move the time of entry: a delayed kick-off, an abandoned match.',
    example:
      'kaimen window --event derby-2026-11-29 --ends 2026-11-29T22:30:00+08:00 \\\n' +
      '    --reason "kick-off delayed by an hour" --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--doors <time>', 'from when people may enter; none: as in the match file', noneOrTime)
    .option('--ends <time>', 'until when people may enter; none: as in the match file', noneOrTime)
    .requiredOption('--reason <text>', 'why, for the audit and the next shift');
  return runs<Options>(command, async ({ options, out, client }) => {
    if (options.doors === undefined && options.ends === undefined) {
      throw new CommandFailure('nothing to move', {
        code: 'usage',
        mend: 'give --doors, --ends or both',
        exitCode: EXIT_USAGE,
      });
    }
    const server = client();
    const { window } = await server.ask(controlsState, {
      path: at`/events/${options.event}/controls`,
    });
    // The end that was not named stays as it is.
    const doorsAt = moved(options.doors, window.doorsAt);
    const endsAt = moved(options.ends, window.endsAt);
    const answer = await server.ask(anyAnswer, {
      method: 'PUT',
      path: at`/events/${options.event}/window`,
      body: { doorsAt, endsAt, reason: options.reason },
    });
    out.result(
      answer,
      `entry from ${doorsAt ?? 'doors of the match file'} until ${endsAt ?? 'end of the match file'}`,
    );
  });
}

function moved(said: string | undefined, current: string | null): string | null {
  if (said === undefined) return current;
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
