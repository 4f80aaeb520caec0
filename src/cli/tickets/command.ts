import type { Command } from 'commander';
import { groupCommand } from '#cli/command.ts';
import { actCommand, reissueCommand, showCommand } from './acts.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { paperCommand } from './paper.ts';

export function ticketsCommand(): Command {
  return groupCommand(
    'tickets',
    'Tickets of a match: bring in, give out, block, re-issue, print.',
    [
      importCommand(),
      exportCommand(),
      showCommand(),
      actCommand('block', 'Refuse a ticket at every gate until it is unblocked.'),
      actCommand('unblock', 'Let a blocked ticket in again.'),
      reissueCommand(),
      paperCommand(),
    ],
  );
}
