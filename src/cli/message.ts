// What control tells lanes.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { messageList, messageScope, messageSent, URGENCIES } from '#protocol/notices.ts';
import { anyAnswer } from './answers.ts';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand, timeArgument } from './command.ts';
import { count, table } from './output.ts';

export function messageCommand(): Command {
  return groupCommand('message', 'Tell lanes something, and see who has read it.', [
    send(),
    list(),
    withdraw(),
  ]);
}

function send(): Command {
  const command = serverCommand('send', {
    summary: 'Tell lanes something; it stays on each screen until somebody there acknowledges it.',
    example:
      'kaimen message send "Kick-off is at 20:05" --event derby-2026-11-29 --data data\n' +
      'kaimen message send "Send people to N3" --event derby-2026-11-29 --to gate/N2 --urgency urgent --data data',
  })
    .argument('<text>', 'at most 300 characters')
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--to <scope>', 'all, gate/N1, lane/N1/N1-2 or device/dev-…', scopeArgument, 'all')
    .addOption(new Option('--urgency <word>', 'how urgent').choices(URGENCIES).default('info'))
    .option('--until <time>', 'not shown any more from then on', timeArgument);
  type Options = {
    readonly event: string;
    readonly to: string;
    readonly urgency: string;
    readonly until?: string;
  };
  return runs<Options>(command, async ({ args: [text = ''], options, out, client }) => {
    const { event, to, urgency, until } = options;
    const sent = await client().ask(messageSent, {
      method: 'POST',
      path: at`/events/${event}/messages`,
      body: { to, text, urgency, until },
    });
    out.result(sent, `${sent.id} is told to ${count(sent.waiting, 'device')}`);
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List what was told, who has acknowledged it, and for whom it waits.',
    example: 'kaimen message list --event derby-2026-11-29 --data data',
  }).requiredOption('--event <id>', 'the match', idArgument);
  return runs<{ readonly event: string }>(command, async ({ options, out, client }) => {
    const answer = await client().ask(messageList, { path: at`/events/${options.event}/messages` });
    const rows = answer.messages.map((message) => [
      message.id,
      message.at,
      message.to,
      message.urgency,
      message.acknowledged.length,
      message.withdrawnAt === null ? message.waiting.length : 'withdrawn',
      message.text,
    ]);
    const heads = ['message', 'at', 'to', 'urgency', 'read', 'waiting', 'text'];
    out.result(answer, table(heads, rows));
  });
}

function withdraw(): Command {
  const command = serverCommand('withdraw', {
    summary: 'Take a message back: lanes show it no more.',
    example: 'kaimen message withdraw msg-4hq7zram --event derby-2026-11-29 --data data',
  })
    .argument('<id>', 'as “kaimen message list” shows it')
    .requiredOption('--event <id>', 'the match', idArgument);
  type Options = { readonly event: string };
  return runs<Options>(command, async ({ args: [id = ''], options, out, client }) => {
    const path = at`/events/${options.event}/messages/${id}`;
    const answer = await client().ask(anyAnswer, { method: 'DELETE', path });
    out.result(answer, `${id} is withdrawn`);
  });
}

function scopeArgument(text: string): string {
  if (messageScope.safeParse(text).success) return text;
  throw new InvalidArgumentError('write all, gate/N1, lane/N1/N1-2 or device/dev-…');
}
