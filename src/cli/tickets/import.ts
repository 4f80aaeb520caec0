import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { at, type Client } from '#cli/client.ts';
import { idArgument, numberArgument, runs, serverCommand } from '#cli/command.ts';
import { EXIT_OK, failureDocument, failureOf, failureText } from '#cli/failure.ts';
import { count, type Output } from '#cli/output.ts';
import { uploading } from '#cli/upload.ts';
import { type ImportReport, importReport } from '#protocol/tickets.ts';

type Options = {
  readonly event: string;
  readonly delta?: boolean;
  readonly skipBad?: boolean;
  readonly watch?: number;
};

const WATCH_SECONDS_MAX = 24 * 60 * 60;

export function importCommand(): Command {
  const command = serverCommand('import', {
    summary: 'Bring in tickets from CSV (UTF-8 or GBK). One bad row refuses the whole file.',
    example:
      'kaimen tickets import tickets.csv --event derby-2026-11-29 --data data\n' +
      'kaimen tickets import sold.csv --event derby-2026-11-29 --delta --watch 5 --data data',
  })
    .argument('<file>', 'rows with at least ticket_ref and type')
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--delta', 'add and change; tickets not in the file stay as they are')
    .option('--skip-bad', 'take the good rows and report the bad ones')
    .option(
      '--watch <seconds>',
      'go on, and apply the file again whenever it has changed; with --json a line each time',
      numberArgument(1, WATCH_SECONDS_MAX),
    );
  return runs<Options>(command, async ({ args: [file = ''], options, out, client }) => {
    const server = client();
    if (options.watch !== undefined) {
      return await watch({ file, options, out, server, seconds: options.watch });
    }
    const report = await send(file, options, server);
    out.result(report, reportWords(report, options));
    return EXIT_OK;
  });
}

function send(file: string, options: Options, client: Client): Promise<ImportReport> {
  return uploading(file, (upload) =>
    client.ask(importReport, {
      method: 'POST',
      path: at`/events/${options.event}/tickets/import`,
      query: { delta: options.delta, skipBad: options.skipBad },
      upload,
    }),
  );
}

/**
 * Applies the file now and after each change, until told to stop. A file is taken once it has stood
 * still for one look, so that a half-written one is never applied; a refusal is told and the next
 * change awaited, because whoever writes the file does not stop for us.
 */
async function watch(task: {
  readonly file: string;
  readonly options: Options;
  readonly out: Output;
  readonly server: Client;
  readonly seconds: number;
}): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  let applied = '';
  let seen = await stamp(task.file);
  for (;;) {
    const now = await stamp(task.file);
    if (now !== '' && now === seen && now !== applied) {
      // A server that was away gets the same file at the next look.
      if (await apply(task)) applied = now;
    }
    seen = now;
    await sleep(task.seconds * 1000, null, { signal: stop.signal }).catch(() => {});
    if (stop.signal.aborted) return EXIT_OK;
  }
}

/** @returns whether the server has judged the file, taken or refused */
async function apply(task: {
  readonly file: string;
  readonly options: Options;
  readonly out: Output;
  readonly server: Client;
}): Promise<boolean> {
  try {
    const report = await send(task.file, task.options, task.server);
    task.out.line(report, reportWords(report, task.options).join('\n'));
    return true;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    if (task.out.isJson) task.out.line(failureDocument(failure), '');
    task.out.note(failureText(failure).trimEnd());
    return failure.code === 'refused-file';
  }
}

async function stamp(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}

function reportWords(report: ImportReport, options: Options): string[] {
  const changes = [
    `${report.added.toLocaleString('en')} added`,
    `${report.changed.toLocaleString('en')} changed`,
    `${report.unchanged.toLocaleString('en')} unchanged`,
    ...(report.bad === 0 ? [] : [`${report.bad.toLocaleString('en')} bad and left out`]),
  ];
  const shown = report.problems.map(
    ({ line, column, message }) =>
      `  line ${line}${column === null ? '' : `, ${column}`}: ${message}`,
  );
  // Columns that were left out are named in line 1 and are no rows.
  const hidden = report.bad - report.problems.filter(({ line }) => line > 1).length;
  return [
    `${options.event}: ${count(report.rows, 'row')}${report.encoding === 'gbk' ? ' (read as GBK)' : ''}: ${changes.join(', ')}`,
    ...(report.missing === null || report.missing === 0
      ? []
      : [`  ${count(report.missing, 'ticket')} of the match not in the file: left as they are`]),
    ...shown,
    ...(hidden > 0 ? [`  … and ${count(hidden, 'more problem')}`] : []),
  ];
}
