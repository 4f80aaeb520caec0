// Offers to phones: a code to scan, good once and for minutes.
import { type Command, Option } from 'commander';
import { PHONE_ROLES } from '#domain/access/device-roles.ts';
import { OFFER_MINUTES_MAX, offerList, offerMade } from '#protocol/enrolment.ts';
import { readinessView } from '#protocol/lane-status.ts';
import { anyAnswer } from './answers.ts';
import { at } from './client.ts';
import { idArgument, numberArgument, runs, serverCommand, timeArgument } from './command.ts';
import { count, table } from './output.ts';
import { terminalQr } from './terminal-qr.ts';

export function offerCommand(): Command {
  const command = serverCommand('offer', {
    summary: 'Show a code by which a phone becomes a lane. Good once, for minutes.',
    example:
      'kaimen device offer --event derby-2026-11-29 --gate N3 --lane N3-2 --role steward --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--gate <id>', 'where it will stand; not needed with --replaces', idArgument)
    .option('--lane <id>', 'its lane, when it has one', idArgument)
    .addOption(new Option('--role <role>', 'what it may do').choices(PHONE_ROLES))
    .option('--minutes <n>', 'how long the code is good', numberArgument(1, OFFER_MINUTES_MAX))
    .option('--until <time>', 'when the phone stops by itself', timeArgument)
    .option(
      '--replaces <device>',
      'a phone that died or was lost, whose place it takes',
      idArgument,
    )
    .option('--practice', 'for training: nothing that it does is counted')
    .option('--gate-url <url>', 'by which phones reach the server, if not by --url');
  type Options = {
    readonly event: string;
    readonly gate?: string;
    readonly lane?: string;
    readonly role?: string;
    readonly minutes?: number;
    readonly until?: string;
    readonly replaces?: string;
    readonly practice?: true;
    readonly gateUrl?: string;
  };
  return runs<Options>(command, async ({ options, out, client }) => {
    const { event, gate, lane, role, minutes, until, replaces, practice, gateUrl } = options;
    const isPractice = practice;
    const body = { event, gate, lane, role, minutes, until, replaces, isPractice, gateUrl };
    const offer = await client().ask(offerMade, { method: 'POST', path: '/offers', body });
    const place = offer.lane === null ? offer.gate : `${offer.gate}, lane ${offer.lane}`;
    out.result(offer, [
      ...terminalQr(offer.url),
      offer.url,
      `offer ${offer.offerId}: ${offer.role} at ${place}, once, until ${offer.expiresAt}.`,
    ]);
  });
}

export function offersCommand(): Command {
  const command = serverCommand('offers', {
    summary: 'List offers: open, used, withdrawn, expired.',
    example: 'kaimen device offers --event derby-2026-11-29 --data data',
  }).requiredOption('--event <id>', 'the match', idArgument);
  return runs<{ readonly event: string }>(command, async ({ options, out, client }) => {
    const query = { event: options.event };
    const answer = await client().ask(offerList, { path: '/offers', query });
    out.result(
      answer,
      table(
        ['offer', 'state', 'gate', 'lane', 'role', 'made by', 'good until', 'device'],
        answer.offers.map((offer) => [
          offer.offerId,
          offer.state,
          offer.gate,
          offer.lane,
          offer.role,
          offer.madeBy,
          offer.expiresAt,
          offer.device,
        ]),
      ),
    );
  });
}

export function withdrawCommand(): Command {
  const command = serverCommand('withdraw', {
    summary: 'Take an offer back before a phone has used it.',
    example: 'kaimen device withdraw offer-kq3xmzra5h2bq --data data',
  }).argument('<id>', 'as “kaimen device offers” shows it');
  return runs(command, async ({ args: [id = ''], out, client }) => {
    const answer = await client().ask(anyAnswer, { method: 'DELETE', path: at`/offers/${id}` });
    out.result(answer, `offer ${id} is withdrawn`);
  });
}

export function readyCommand(): Command {
  const command = serverCommand('ready', {
    summary: 'Which lanes are ready for doors, and what is to mend at the others.',
    example: 'kaimen device ready --event derby-2026-11-29 --data data',
  }).requiredOption('--event <id>', 'the match', idArgument);
  return runs<{ readonly event: string }>(command, async ({ options, out, client }) => {
    const path = at`/events/${options.event}/readiness`;
    const view = await client().ask(readinessView, { path });
    const rows = view.lanes.map(({ gate, lane, reasons, devices }) => [
      gate,
      lane,
      reasons.length === 0 ? 'ready' : reasons.join(', '),
      devices.map(({ deviceId }) => deviceId).join(', '),
    ]);
    out.result(view, [
      ...table(['gate', 'lane', 'state', 'device'], rows),
      `${count(view.ready, 'lane')} ready, ${view.notReady} not.`,
    ]);
    return view.notReady === 0 ? 0 : 1;
  });
}
