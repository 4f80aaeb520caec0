// The other region is lost: this one, which stood by, becomes the hub. What it decides on may lack the last
// seconds before the loss, so its claim store decides nothing until lanes and boxes have brought them.
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { groupCommand, localCommand, runs } from '#cli/command.ts';
import { CommandFailure, EXIT_USAGE } from '#cli/failure.ts';
import { type ClusterShown, Patroni } from './patroni.ts';

const PROMOTED_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 500;

type Options = {
  readonly patroni: string;
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly confirm: string;
};

export function regionCommand(): Command {
  return groupCommand('region', 'Move the hub to the region that stands by.', [promoteCommand()]);
}

function promoteCommand(): Command {
  const command = localCommand('promote', {
    summary:
      'Make the cluster that stands by in this region the primary: the other region is lost.',
    example:
      'kaimen region promote --patroni https://10.2.0.11:8008,https://10.2.0.12:8008 --cert operator.pem --key operator-key.pem --ca ca.pem --confirm hub-west',
  })
    .requiredOption('--patroni <urls>', 'members of the cluster that stands by, with commas')
    .requiredOption('--cert <file>', 'certificate that its members accept, PEM')
    .requiredOption('--key <file>', 'its private key, PEM')
    .requiredOption('--ca <file>', 'the authority of both, PEM')
    .requiredOption(
      '--confirm <cluster>',
      'name of that cluster: says that the other region is gone, or switched off',
    );
  return runs<Options>(command, async ({ options, out }) => {
    const members = options.patroni.split(',').map((member) => member.trim());
    for (const member of members) {
      if (URL.canParse(member) && new URL(member).protocol === 'https:') continue;
      throw new CommandFailure(
        `--patroni ${member}: write https://HOST:PORT, with commas between`,
        {
          code: 'usage',
          exitCode: EXIT_USAGE,
        },
      );
    }
    const { cert: certFile, key: keyFile, ca: caFile, confirm } = options;
    const patroni = new Patroni({ members, certFile, keyFile, caFile });
    const cluster = await patroni.cluster();
    const isPrimary = cluster.members.some(({ role }) => role === 'leader' || role === 'master');
    if (!isPrimary) requireStandby(cluster, confirm);
    const startedAt = performance.now();
    if (!isPrimary) await patroni.standAlone();
    const primary = await untilPrimary(patroni);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    out.result({ cluster: cluster.scope, primary, seconds, wasPrimary: isPrimary }, [
      isPrimary
        ? `${primary} is the primary already`
        : `${primary} is the primary after ${seconds} s`,
      '  the claim store decides nothing yet: lanes go on alone and bring their journals',
      '  see “kaimen store” for whom it waits, then let it decide: “kaimen reconcile --reason …”',
      '  never start the lost region again as it was: make it the one that stands by',
    ]);
  });
}

function requireStandby({ scope, members }: ClusterShown, confirm: string): void {
  if (scope !== null && scope !== confirm) {
    throw new CommandFailure(`this is the cluster “${scope}”, not “${confirm}”`, {
      code: 'wrong-cluster',
      mend: 'name with --patroni the members of the region that stands by',
    });
  }
  if (members.some(({ role }) => role === 'standby_leader')) return;
  const roles = members.map(({ name, role, state }) => `${name} ${role} ${state}`).join(', ');
  throw new CommandFailure(`nobody in it leads the copying from the other region: ${roles}`, {
    code: 'no-standby-leader',
    mend: 'start the members of this region first; “patronictl list” shows them',
  });
}

async function untilPrimary(patroni: Patroni): Promise<string> {
  const until = performance.now() + PROMOTED_WITHIN_MS;
  for (;;) {
    const primary = await patroni.primary();
    if (primary !== null) return primary;
    if (performance.now() > until) {
      throw new CommandFailure('no member became the primary within two minutes', {
        code: 'not-promoted',
        mend: 'look at the members’ logs; the command may be given again',
      });
    }
    await pause(LOOK_EVERY_MS);
  }
}
