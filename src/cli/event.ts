import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { anyAnswer, rowsOf } from './answers.ts';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { changeCommand } from './event-change.ts';
import { CommandFailure } from './failure.ts';
import { count, table } from './output.ts';

export function eventCommand(): Command {
  return groupCommand('event', 'Matches: what is played, where, and who may enter by which gate.', [
    importFile(),
    turn('open', 'Open a match: from now on lanes admit.', 'is open: lanes admit'),
    turn('close', 'Close a match: lanes admit nobody any more.', 'is closed: nobody is admitted'),
    turn('archive', 'Archive a closed match.', 'is archived'),
    changeCommand(),
    list(),
    show(),
  ]);
}

function importFile(): Command {
  const command = serverCommand('import', {
    summary: 'Create a match from its file, or bring it up to date with the file.',
    example: 'kaimen event import event.json --data data',
  }).argument('<file>', 'the match as JSON');
  return runs(command, async ({ args: [file = ''], out, client }) => {
    const event = parseEvent(await readFile(file, 'utf8'), file);
    const answer = await client().ask(anyAnswer, {
      method: 'PUT',
      path: at`/events/${event.id}`,
      body: event.file,
    });
    const { gates, sections } = event.file;
    const parts = [
      ...(Array.isArray(gates) ? [count(gates.length, 'gate')] : []),
      ...(Array.isArray(sections) ? [count(sections.length, 'section')] : []),
    ].join(', ');
    out.result(answer, `${event.id} is imported${parts === '' ? '' : `: ${parts}`}`);
  });
}

/**
 * Only what is needed to send it: that it is JSON and has an id. The server judges the rest, in one
 * place for everybody.
 *
 * @throws CommandFailure that names line and column
 */
export function parseEvent(
  text: string,
  name: string,
): { id: string; file: Readonly<Record<string, unknown>> } {
  let parsed: unknown;
  const plain = text.replace(/^\uFEFF/, '');
  try {
    parsed = JSON.parse(plain);
  } catch (error) {
    throw notJson(plain, name, error);
  }
  const file = anyAnswer.safeParse(parsed).data;
  const { id } = file ?? {};
  if (file !== undefined && typeof id === 'string' && id !== '') return { id, file };
  throw new CommandFailure(`${name}: field “id” is missing`, {
    code: 'malformed-file',
    mend: 'give the match an id, such as "id": "derby-2026-11-29"',
    errors: [{ field: 'id', message: 'field “id” is missing' }],
  });
}

function notJson(text: string, file: string, error: unknown): CommandFailure {
  const before = text.slice(0, faultAt(text));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  const said = error instanceof Error ? error.message : String(error);
  const why = said
    .replace(/,? (\.\.\.)?".*is not valid JSON$/s, '')
    .replace(/ in JSON at .*$/s, '');
  return new CommandFailure(`${file}, line ${line}, column ${column}: not JSON: ${why}`, {
    code: 'malformed-file',
    mend: 'look for a missing comma, quote or bracket there or just before',
    errors: [{ field: `line ${line}`, message: `not JSON: ${why}` }],
  });
}

/**
 * Where JSON goes wrong. The engine does not always say, but it says of every part from the start
 * whether more text could still make it whole: the shortest part that nothing can mend ends there.
 */
function faultAt(text: string): number {
  let fine = 0;
  let broken = text.length + 1;
  while (broken - fine > 1) {
    const middle = (fine + broken) >> 1;
    if (isMendable(text.slice(0, middle))) fine = middle;
    else broken = middle;
  }
  return fine;
}

function isMendable(part: string): boolean {
  try {
    JSON.parse(part);
    return true;
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    if (/end of JSON input|Unterminated/.test(said)) return true;
    return Number(/at position (\d+)/.exec(said)?.[1] ?? -1) >= part.length;
  }
}

function turn(name: 'open' | 'close' | 'archive', summary: string, done: string): Command {
  const command = serverCommand(name, {
    summary,
    example: `kaimen event ${name} derby-2026-11-29 --data data`,
  }).argument('<id>', 'the match', idArgument);
  return runs(command, async ({ args: [id = ''], out, client }) => {
    const answer = await client().ask(anyAnswer, {
      method: 'POST',
      path: at`/events/${id}/` + name,
    });
    out.result(answer, `${id} ${done}`);
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List the matches.',
    example: 'kaimen event list --data data',
  });
  return runs(command, async ({ out, client }) => {
    const answer = await client().ask(anyAnswer, { path: '/events' });
    const rows = rowsOf(answer, 'events', ['id', 'status', 'startsAt', 'tickets']);
    out.result(answer, table(['event', 'status', 'kick-off', 'tickets'], rows));
  });
}

function show(): Command {
  const command = serverCommand('show', {
    summary: 'Show a match as it is in force.',
    example: 'kaimen event show derby-2026-11-29 --data data',
  }).argument('<id>', 'the match', idArgument);
  return runs(command, async ({ args: [id = ''], out, client }) => {
    const answer = await client().ask(anyAnswer, { path: at`/events/${id}` });
    out.result(answer, JSON.stringify(answer, null, 2));
  });
}
