// Moves, postpones or cancels a match after tickets were sold. What would happen is always said first.
import type { Command } from 'commander';
import { changePreview, changeView, type EventChangeRequest } from '#protocol/event-change.ts';
import { at } from './client.ts';
import { idArgument, runs, serverCommand, timeArgument } from './command.ts';
import { CommandFailure, EXIT_USAGE } from './failure.ts';
import { count } from './output.ts';

type Options = {
  readonly cancelled?: true;
  readonly postponed?: true;
  readonly movedTo?: string;
  readonly doors?: string;
  readonly ends?: string;
  readonly reason?: string;
  readonly second?: string;
  readonly dryRun?: true;
};

export function changeCommand(): Command {
  const command = serverCommand('change', {
    summary:
      'Move, postpone or cancel a match: buyers are told, and money goes back where it must.',
    example: [
      'kaimen event change derby-2026-11-29 --cancelled --dry-run --data data',
      'kaimen event change derby-2026-11-29 --cancelled --reason "storm" --second "$SECOND" --data data',
      'kaimen event change derby-2026-11-29 --moved-to 2026-12-06T15:00+08:00 --doors 2026-12-06T13:00+08:00 --ends 2026-12-06T17:00+08:00 --reason "cup final" --data data',
    ].join('\n'),
  })
    .argument('<id>', 'the match', idArgument)
    .option('--cancelled', 'it is not played: all that was paid goes back')
    .option('--postponed', 'it is played later, nobody knows when yet: tickets stay good')
    .option('--moved-to <time>', 'its new kick-off, with --doors and --ends', timeArgument)
    .option('--doors <time>', 'with --moved-to', timeArgument)
    .option('--ends <time>', 'with --moved-to', timeArgument)
    .option('--reason <why>', 'written down with the change')
    .option('--second <token>', 'token of the second person (or KAIMEN_SECOND_TOKEN)')
    .option('--dry-run', 'say what would happen, and do nothing');
  return runs<Options>(command, async ({ args: [id = ''], options, out, client }) => {
    const change = changeOf(options);
    const asked = client();
    const preview = await asked.ask(changePreview, {
      method: 'POST',
      path: at`/events/${id}/changes/preview`,
      body: { change },
    });
    const { foreseen } = preview;
    if (options.dryRun === true) {
      out.result(preview, `${id} would be ${change.kind}: ${wordsOf(foreseen)}; nothing was done`);
      return;
    }
    const { KAIMEN_SECOND_TOKEN: fromEnvironment } = process.env;
    const secondPerson = options.second ?? fromEnvironment;
    const begun = await asked.ask(changeView, {
      method: 'POST',
      path: at`/events/${id}/changes`,
      body: {
        change,
        reason: options.reason ?? 'not said',
        orders: foreseen.orders,
        refundMinor: foreseen.refundMinor,
        ...(secondPerson === undefined ? {} : { secondPerson }),
      },
    });
    out.result(begun, `${id} is ${change.kind}: ${wordsOf(foreseen)}; it is being worked through`);
  });
}

function changeOf({ cancelled, postponed, movedTo, doors, ends }: Options): EventChangeRequest {
  const asked = [cancelled, postponed, movedTo].filter((option) => option !== undefined);
  if (asked.length !== 1) {
    throw new CommandFailure('say one of --cancelled, --postponed and --moved-to', {
      code: 'usage',
      exitCode: EXIT_USAGE,
      mend: 'name what becomes of the match',
    });
  }
  if (cancelled === true) return { kind: 'cancelled' };
  if (postponed === true) return { kind: 'postponed' };
  if (movedTo !== undefined && doors !== undefined && ends !== undefined) {
    return { kind: 'moved', doorsAt: doors, startsAt: movedTo, endsAt: ends };
  }
  throw new CommandFailure('--moved-to needs --doors and --ends', {
    code: 'usage',
    exitCode: EXIT_USAGE,
    mend: 'say when doors open and when the match ends, too',
  });
}

function wordsOf(foreseen: {
  orders: number;
  told: number;
  unreachable: number;
  refundMinor: number;
  currency: string | null;
  ended: number;
  entered: number;
}): string {
  const { orders, told, unreachable, refundMinor, currency, ended, entered } = foreseen;
  const parts = [
    `${count(orders, 'order')}, ${count(told, 'buyer')} told`,
    ...(unreachable > 0 ? [`${unreachable} without an address`] : []),
    ...(refundMinor > 0 ? [`${refundMinor / 100} ${currency ?? ''} back`] : []),
    ...(ended > 0 ? [`${count(ended, 'unpaid order')} ended`] : []),
    ...(entered > 0 ? [`${count(entered, 'ticket')} left to you, whose holders were inside`] : []),
  ];
  return parts.join(', ');
}
