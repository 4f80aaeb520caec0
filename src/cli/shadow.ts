import type { Command } from 'commander';
import { shadowReport } from '#protocol/shadow.ts';
import { at } from './client.ts';
import { idArgument, runs, serverCommand } from './command.ts';
import { EXIT_FAILED, EXIT_OK } from './failure.ts';
import { count, table } from './output.ts';
import { uploading } from './upload.ts';

export function shadowCommand(): Command {
  const command = serverCommand('shadow', {
    summary: 'Compare the old system’s log with what we decided; 1 if anything differs.',
    example: 'kaimen shadow --event derby-2026-11-29 old-gate-log.csv --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<file>', 'CSV with code and decision; at, gate, direction, reason if there are');
  return runs<{ readonly event: string }>(
    command,
    async ({ args: [file = ''], options, out, client }) => {
      const server = client();
      const report = await uploading(file, (upload) =>
        server.ask(shadowReport, {
          method: 'POST',
          path: at`/events/${options.event}/shadow/compare`,
          upload,
        }),
      );
      const { differences } = report;
      const rows = differences.map(({ line, ticketRef, gate, old, ours, why }) => [
        line,
        ticketRef,
        gate,
        old,
        ours,
        why,
      ]);
      out.result(report, [
        `${count(report.compared, 'scan')} compared, ${report.same.toLocaleString('en')} the same, ${count(differences.length, 'difference')}`,
        ...(rows.length === 0 ? [] : table(['line', 'ticket', 'gate', 'old', 'ours', 'why'], rows)),
      ]);
      return differences.length === 0 ? EXIT_OK : EXIT_FAILED;
    },
  );
}
