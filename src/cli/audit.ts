import type { Command } from 'commander';
import { auditVerdict } from '#protocol/access.ts';
import { groupCommand, runs, serverCommand } from './command.ts';
import { EXIT_FAILED, EXIT_OK } from './failure.ts';
import { count } from './output.ts';

export function auditCommand(): Command {
  return groupCommand('audit', 'The record of what operators did.', [verify()]);
}

function verify(): Command {
  const command = serverCommand('verify', {
    summary: 'Prove that nothing was changed or taken out of the record; 1 if something was.',
    example: 'kaimen audit verify --data data',
  });
  return runs(command, async ({ out, client }) => {
    const verdict = await client().ask(auditVerdict, { path: '/audit/verify' });
    const heads = verdict.heads.map(({ node, seq, hash }) => `  ${node} ${seq} ${hash}`);
    const { broken } = verdict;
    out.result(
      verdict,
      broken === null && verdict.isWhole
        ? [`the record is whole: ${count(verdict.entries, 'entry', 'entries')}`, ...heads]
        : `the record is broken at entry ${broken?.seq} of ${broken?.node}: ${broken?.why}`,
    );
    return verdict.isWhole ? EXIT_OK : EXIT_FAILED;
  });
}
