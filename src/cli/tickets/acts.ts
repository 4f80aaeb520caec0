import type { Command } from 'commander';
import { at } from '#cli/client.ts';
import { idArgument, runs, serverCommand } from '#cli/command.ts';
import { blockAnswer, reissueAnswer, type TicketView, ticketView } from '#protocol/tickets.ts';

type Options = { readonly event: string; readonly reason: string };

const DEFAULT_REASON = 'at the command line';

function ticketCommand(name: string, summary: string): Command {
  return serverCommand(name, {
    summary,
    example: `kaimen tickets ${name} --event derby-2026-11-29 RV-000001 --data data`,
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<ref>', 'ticket_ref');
}

function withReason(command: Command): Command {
  return command.option('--reason <text>', 'why, for the audit', DEFAULT_REASON);
}

export function actCommand(act: 'block' | 'unblock', summary: string): Command {
  const command = withReason(ticketCommand(act, summary));
  return runs<Options>(command, async ({ args: [ref = ''], options, out, client }) => {
    const answer = await client().ask(blockAnswer, {
      method: 'POST',
      path: `${at`/events/${options.event}/tickets/${ref}`}/${act}`,
      body: { reason: options.reason },
    });
    out.result(answer, `${answer.ref} is ${answer.isBlocked ? 'blocked' : 'not blocked'}`);
  });
}

export function reissueCommand(): Command {
  const command = withReason(
    ticketCommand('reissue', 'Give a ticket a new code; every earlier one is refused as revoked.'),
  );
  return runs<Options>(command, async ({ args: [ref = ''], options, out, client }) => {
    const answer = await client().ask(reissueAnswer, {
      method: 'POST',
      path: at`/events/${options.event}/tickets/${ref}/reissue`,
      body: { reason: options.reason },
    });
    out.result(answer, [answer.code, `${answer.ref}, issue ${answer.issue}`]);
  });
}

export function showCommand(): Command {
  const command = ticketCommand('show', 'Show a ticket: seat, state, and where it was used.');
  return runs<Options>(command, async ({ args: [ref = ''], options, out, client }) => {
    const ticket = await client().ask(ticketView, {
      path: at`/events/${options.event}/tickets/${ref}`,
    });
    out.result(ticket, ticketWords(ticket));
  });
}

function ticketWords(ticket: TicketView): string[] {
  const seat = [
    ['stand', ticket.stand],
    ['section', ticket.section],
    ['row', ticket.row],
    ['seat', ticket.seat],
  ].flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  const state = ticket.isBlocked ? `${ticket.status}, blocked` : ticket.status;
  return [
    `${ticket.ref}  ${ticket.type}  ${state}  issue ${ticket.issue}`,
    ...(seat.length === 0 ? [] : [`  ${seat.join(', ')}`]),
    `  inside: ${ticket.inside} of ${ticket.admits}`,
    ...ticket.crossings.map((crossing) => {
      const lane = crossing.lane === null ? '' : `, lane ${crossing.lane}`;
      const exact = crossing.isExact ? '' : ', decided by the lane alone';
      const annulled = crossing.annulledAt === null ? '' : `, annulled ${crossing.annulledAt}`;
      return `  ${crossing.at}  ${crossing.direction}  gate ${crossing.gate}${lane}${exact}${annulled}`;
    }),
  ];
}
