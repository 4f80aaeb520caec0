import type { Command } from 'commander';
import { deviceEnrolled, deviceList } from '#protocol/access.ts';
import { anyAnswer } from './answers.ts';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { offerCommand, offersCommand, readyCommand, withdrawCommand } from './offer.ts';
import { table } from './output.ts';

export function deviceCommand(): Command {
  return groupCommand('device', 'Lanes and phones that scan.', [
    offerCommand(),
    enrol(),
    list(),
    readyCommand(),
    offersCommand(),
    withdrawCommand(),
    revoke(),
  ]);
}

function enrol(): Command {
  const command = serverCommand('enrol', {
    summary: 'Enrol a headless lane at a gate. Its token is shown once; phones take an offer.',
    example: 'kaimen device enrol --event derby-2026-11-29 --gate N3 --lane N3-2 --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .requiredOption('--gate <id>', 'where it stands', idArgument)
    .option('--lane <id>', 'its lane, when it has one', idArgument);
  type Options = { readonly event: string; readonly gate: string; readonly lane?: string };
  return runs<Options>(command, async ({ options, out, client }) => {
    const enrolled = await client().ask(deviceEnrolled, {
      method: 'POST',
      path: '/devices',
      body: { event: options.event, gate: options.gate, lane: options.lane },
    });
    out.result(enrolled, [
      enrolled.token,
      `device ${enrolled.deviceId} at gate ${options.gate}. Keep the token now; it is not shown again.`,
    ]);
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List what is enrolled, where it stands and when it was last heard.',
    example: 'kaimen device list --data data',
  }).option('--event <id>', 'only those of one match', idArgument);
  return runs<{ readonly event?: string }>(command, async ({ options, out, client }) => {
    const answer = await client().ask(deviceList, {
      path: '/devices',
      query: { event: options.event },
    });
    out.result(
      answer,
      table(
        ['device', 'event', 'gate', 'lane', 'role', 'operator', 'last heard', 'ended'],
        answer.devices.map((device) => [
          device.deviceId,
          device.event,
          device.gate,
          device.lane,
          device.isPractice ? 'training' : device.role,
          device.operator,
          device.seenAt,
          device.revokedAt === null ? null : `${device.revokedAt} ${device.revokedWhy}`,
        ]),
      ),
    );
  });
}

function revoke(): Command {
  const command = serverCommand('revoke', {
    summary: 'Take a device out of service: its token is worthless at once.',
    example: 'kaimen device revoke dev-xyubz5qzbo7y2 --data data',
  }).argument('<id>', 'as “kaimen device list” shows it');
  return runs(command, async ({ args: [id = ''], out, client }) => {
    const answer = await client().ask(anyAnswer, {
      method: 'POST',
      path: at`/devices/${id}/revoke`,
    });
    out.result(answer, `device ${id} is revoked`);
  });
}
