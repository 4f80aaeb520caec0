// `kaimen ground …`: grounds as they are sold.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { at, type Client } from '#cli/client.ts';
import { groupCommand, idArgument, runs, serverCommand } from '#cli/command.ts';
import { CommandFailure } from '#cli/failure.ts';
import { count, table } from '#cli/output.ts';
import { uploading } from '#cli/upload.ts';
import { groundList, type LayoutReport, layoutReport } from '#protocol/grounds.ts';
import { planCommand } from './plan.ts';
import { readersCommand } from './readers.ts';

export function groundCommand(): Command {
  return groupCommand('ground', 'Grounds: stands, sections, rows and seats as they are sold.', [
    importLayout(),
    listGrounds(),
    planCommand(),
    readersCommand(),
  ]);
}

type ImportOptions = { readonly ground: string; readonly check?: boolean };

function importLayout(): Command {
  const command = serverCommand('import', {
    summary: 'Bring in a seat manifest (CSV or JSON) as the next layout of a ground.',
    example:
      'kaimen ground import seats.csv --ground riverside --data data\n' +
      'kaimen ground import layout.json --ground riverside --check --data data',
  })
    .argument('<file>', 'lines with stand, section, row, seat, or a layout as JSON')
    .requiredOption('--ground <id>', 'the ground', idArgument)
    .option('--check', 'say what would come of it, and keep nothing');
  return runs<ImportOptions>(command, async ({ args: [file = ''], options, out, client }) => {
    const isJson = path.extname(file).toLowerCase() === '.json';
    const report = isJson
      ? await sendJson(file, options, client())
      : await sendCsv(file, options, client());
    out.result(report, reportWords(report, options.check === true));
  });
}

function sendCsv(file: string, options: ImportOptions, client: Client): Promise<LayoutReport> {
  return uploading(file, (upload) =>
    client.ask(layoutReport, {
      method: 'POST',
      path: at`/grounds/${options.ground}/layouts/import`,
      query: { check: options.check },
      upload,
    }),
  );
}

async function sendJson(
  file: string,
  options: ImportOptions,
  client: Client,
): Promise<LayoutReport> {
  const text = await readFile(file, 'utf8');
  let body: unknown;
  try {
    body = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(`${file}: not JSON: ${said}`, {
      code: 'malformed-file',
      mend: 'look for a missing comma, quote or bracket there, or import it as CSV',
    });
  }
  return await client.ask(layoutReport, {
    method: 'POST',
    path: at`/grounds/${options.ground}/layouts`,
    query: { check: options.check },
    body,
  });
}

function reportWords(report: LayoutReport, isCheck: boolean): string {
  const { ground, version, created, seats, standing, sections, wheelchairs } = report;
  const parts = [
    count(sections, 'section'),
    count(seats, 'seat'),
    ...(wheelchairs === 0 ? [] : [count(wheelchairs, 'wheelchair place')]),
    ...(standing === 0 ? [] : [`standing room for ${standing.toLocaleString('en')}`]),
  ].join(', ');
  if (isCheck) return `${ground}: nothing is wrong; it would be layout ${version}: ${parts}`;
  return created
    ? `${ground}: layout ${version} is imported: ${parts}`
    : `${ground}: nothing has changed since layout ${version}: ${parts}`;
}

function listGrounds(): Command {
  const command = serverCommand('list', {
    summary: 'List grounds and their layouts.',
    example: 'kaimen ground list --data data',
  });
  return runs(command, async ({ out, client }) => {
    const answer = await client().ask(groundList, { path: '/grounds' });
    const rows = answer.grounds.flatMap(({ id, layouts }) =>
      layouts.map(({ version, sections, seats, standing, importedAt }) => [
        id,
        version,
        sections,
        seats,
        standing,
        importedAt,
      ]),
    );
    const headings = ['ground', 'layout', 'sections', 'seats', 'standing', 'imported'];
    out.result(answer, table(headings, rows));
  });
}
