import { type Command, Option } from 'commander';
import { TOKEN_ROLES } from '#domain/access/roles.ts';
import { tokenCreated } from '#protocol/access.ts';
import { anyAnswer, rowsOf } from './answers.ts';
import { at } from './client.ts';
import {
  given,
  groupCommand,
  idArgument,
  localCommand,
  runs,
  serverCommand,
  timeArgument,
} from './command.ts';
import { table } from './output.ts';
import { runProgram } from './run-program.ts';

export function tokenCommand(): Command {
  return groupCommand('token', 'Tokens of people and programs.', [
    create(),
    list(),
    revoke(),
    rescue(),
  ]);
}

function create(): Command {
  const command = serverCommand('create', {
    summary: 'Make a token for a person or a program. It is shown once.',
    example: 'kaimen token create --role control-room --person chen --data data',
  })
    .addOption(
      new Option('--role <role>', 'what it may do').choices(TOKEN_ROLES).makeOptionMandatory(true),
    )
    .option('--person <id>', 'pseudonymous id of the person; made up when left out', idArgument)
    .option('--expires <time>', 'until when it is good', timeArgument);
  type Options = { readonly role: string; readonly person?: string; readonly expires?: string };
  return runs<Options>(command, async ({ options, out, client }) => {
    const created = await client().ask(tokenCreated, {
      method: 'POST',
      path: '/tokens',
      body: { role: options.role, person: options.person, expiresAt: options.expires },
    });
    out.result(created, [
      created.token,
      `token ${created.id}: ${created.role}, person ${created.person}. Keep it now; it is not shown again.`,
    ]);
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List tokens, without their secrets.',
    example: 'kaimen token list --data data',
  });
  return runs(command, async ({ out, client }) => {
    const answer = await client().ask(anyAnswer, { path: '/tokens' });
    const rows = rowsOf(answer, 'tokens', ['id', 'role', 'person', 'expiresAt', 'revokedAt']);
    out.result(answer, table(['token', 'role', 'person', 'good until', 'revoked'], rows));
  });
}

function revoke(): Command {
  const command = serverCommand('revoke', {
    summary: 'Make a token worthless, at once.',
    example: 'kaimen token revoke tok-m4hq7zra --data data',
  }).argument('<id>', 'as “kaimen token list” shows it');
  return runs(command, async ({ args: [id = ''], out, client }) => {
    const answer = await client().ask(anyAnswer, {
      method: 'POST',
      path: at`/tokens/${id}/revoke`,
    });
    out.result(answer, `token ${id} is revoked`);
  });
}

function rescue(): Command {
  const command = localCommand('rescue', {
    summary: 'Make a new administrator’s token on the machine itself, when the last one is lost.',
    example: 'kaimen token rescue --data data',
  }).requiredOption('--data <dir>', 'the server’s data directory; it may be running');
  return runs<{ readonly data: string; readonly json?: boolean }>(command, ({ options }) =>
    runProgram('src/server/main.ts', [
      'rescue',
      ...given('--data', options.data),
      ...(options.json === true ? ['--json'] : []),
    ]),
  );
}
