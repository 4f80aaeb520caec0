// People who may stand at the lanes of a match.
import { type Command, Option } from 'commander';
import { LANE_ROLES, personAdded, personList, shiftList } from '#protocol/people.ts';
import { anyAnswer } from './answers.ts';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { table } from './output.ts';
import { terminalQr } from './terminal-qr.ts';

export function personCommand(): Command {
  return groupCommand('person', 'People at the lanes: who may stand there, who does, who did.', [
    add(),
    list(),
    shifts(),
    revoke(),
  ]);
}

function add(): Command {
  const command = serverCommand('add', {
    summary: 'Add somebody who may stand at a lane. Badge and PIN are shown once.',
    example: 'kaimen person add "Li Na" --event derby-2026-11-29 --role steward --data data',
  })
    .argument('<name>', 'as they will type it')
    .requiredOption('--event <id>', 'the match', idArgument)
    .addOption(new Option('--role <role>', 'what they are').choices(LANE_ROLES).default('steward'))
    .option('--pin <digits>', '4 to 8 digits; made up when left out');
  type Options = { readonly event: string; readonly role: string; readonly pin?: string };
  return runs<Options>(command, async ({ args: [name = ''], options, out, client }) => {
    const added = await client().ask(personAdded, {
      method: 'POST',
      path: at`/events/${options.event}/people`,
      body: { name, role: options.role, pin: options.pin },
    });
    out.result(added, [
      ...terminalQr(added.badge),
      added.badge,
      `${added.person}: ${added.role}, PIN ${added.pin}. Keep both now; they are not shown again.`,
    ]);
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List who may stand at the lanes, and where they stand now.',
    example: 'kaimen person list --event derby-2026-11-29 --data data',
  }).requiredOption('--event <id>', 'the match', idArgument);
  return runs<{ readonly event: string }>(command, async ({ options, out, client }) => {
    const path = at`/events/${options.event}/people`;
    const answer = await client().ask(personList, { path });
    const rows = answer.people.map(({ person, name, role, standsAt, revokedAt }) => [
      person,
      name,
      role,
      standsAt === null ? null : (standsAt.lane ?? standsAt.gate),
      revokedAt,
    ]);
    out.result(answer, table(['person', 'name', 'role', 'stands at', 'revoked'], rows));
  });
}

function shifts(): Command {
  const command = serverCommand('shifts', {
    summary: 'Who stood where, and from when until when.',
    example: 'kaimen person shifts --event derby-2026-11-29 --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--person <id>', 'only theirs', idArgument)
    .option('--device <id>', 'only at this one', idArgument);
  type Options = { readonly event: string; readonly person?: string; readonly device?: string };
  return runs<Options>(command, async ({ options, out, client }) => {
    const { event, person, device } = options;
    const path = at`/events/${event}/shifts`;
    const answer = await client().ask(shiftList, { path, query: { person, device } });
    const rows = answer.shifts.map((shift) => [
      shift.name ?? shift.person,
      shift.lane ?? shift.gate,
      shift.deviceId,
      shift.beganAt,
      shift.endedAt,
      shift.endedBy,
    ]);
    out.result(answer, table(['who', 'where', 'device', 'since', 'until', 'ended by'], rows));
  });
}

function revoke(): Command {
  const command = serverCommand('revoke', {
    summary: 'Make a badge and a PIN worthless, and end their shift.',
    example: 'kaimen person revoke p-m4hq7zra --event derby-2026-11-29 --data data',
  })
    .argument('<id>', 'as “kaimen person list” shows it')
    .requiredOption('--event <id>', 'the match', idArgument);
  type Options = { readonly event: string };
  return runs<Options>(command, async ({ args: [id = ''], options, out, client }) => {
    const path = at`/events/${options.event}/people/${id}/revoke`;
    const answer = await client().ask(anyAnswer, { method: 'POST', path });
    out.result(answer, `${id} may stand at no lane any more`);
  });
}
