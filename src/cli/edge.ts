import type { Command } from 'commander';
import { authorityView, edgeEnrolled, edgeList } from '#protocol/edge.ts';
import { anyAnswer } from './answers.ts';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { table } from './output.ts';

export function edgeCommand(): Command {
  const summary = 'Boxes in the ground, and which of them decides a match.';
  return groupCommand('edge', summary, [enrol(), list(), revoke(), authority()]);
}

function enrol(): Command {
  const command = serverCommand('enrol', {
    summary: 'Enrol a box in the ground. Its token is shown once.',
    example: 'kaimen edge enrol north --address https://north.gate.example:8443 --data data',
  })
    .argument('<name>', 'under which it decides', idArgument)
    .option('--address <url>', 'where the hub and other boxes reach it');
  return runs<{ readonly address?: string }>(
    command,
    async ({ args: [name], options, out, client }) => {
      const enrolled = await client().ask(edgeEnrolled, {
        method: 'POST',
        path: '/edges',
        body: { name, address: options.address },
      });
      out.result(enrolled, [
        enrolled.token,
        `box ${enrolled.name}: write this line into edge-token in the box’s data directory, for its owner alone. It is not shown again.`,
      ]);
    },
  );
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List the boxes: where each is reached, when it was heard, what it decides.',
    example: 'kaimen edge list --data data',
  });
  return runs(command, async ({ out, client }) => {
    const answer = await client().ask(edgeList, { path: '/edges' });
    const rows = answer.edges.map((edge) => [
      edge.name,
      edge.address,
      edge.seenAt,
      edge.clockSkewMs === null ? null : `${(edge.clockSkewMs / 1_000).toFixed(1)} s`,
      edge.decides.join(' '),
      edge.revokedAt,
    ]);
    out.result(
      answer,
      table(['box', 'address', 'last heard', 'clock behind', 'decides', 'revoked'], rows),
    );
  });
}

function revoke(): Command {
  const command = serverCommand('revoke', {
    summary: 'Revoke a box that was stolen or is set up anew: nobody answers it any longer.',
    example: 'kaimen edge revoke north --data data',
  }).argument('<name>', 'as “kaimen edge list” shows it', idArgument);
  return runs(command, async ({ args: [name = ''], out, client }) => {
    const answer = await client().ask(anyAnswer, {
      method: 'POST',
      path: at`/edges/${name}/revoke`,
    });
    out.result(answer, `box ${name} is revoked`);
  });
}

type Move = {
  readonly event: string;
  readonly to?: string;
  readonly reason?: string;
  readonly lost?: boolean;
  readonly secondToken?: string;
};

function authority(): Command {
  const command = serverCommand('authority', {
    summary:
      'Show which node decides a match, or have another decide it from where this one stops.',
    example:
      'kaimen edge authority --event derby-2026-11-29 --data data\n' +
      'kaimen edge authority --event derby-2026-11-29 --to north --reason "match day" --data data\n' +
      'kaimen edge authority --event derby-2026-11-29 --to hub --lost --second-token "$SECOND" --reason "box burnt" --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--to <node>', '“hub”, or the name of a box', idArgument)
    .option('--reason <text>', 'why, for the audit')
    .option('--lost', 'the present one cannot be asked: give it up')
    .option('--second-token <token>', 'of a second person, who also gives it up');
  return runs<Move>(command, async ({ options, out, client }) => {
    const path = at`/events/${options.event}/authority`;
    const { to, reason, lost: isLost, secondToken: secondPerson } = options;
    const answer =
      to === undefined
        ? await client().ask(authorityView, { path })
        : await client().ask(authorityView, {
            method: 'POST',
            path,
            body: { to, reason: reason ?? 'not said', isLost, secondPerson },
          });
    const next = answer.handoverTo === null ? '' : `, handing over to ${answer.handoverTo}`;
    out.result(
      answer,
      `${options.event} is decided by ${answer.authority}${next} (epoch ${answer.epoch}, ${answer.revision} decisions)`,
    );
  });
}
