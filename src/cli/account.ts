// Accounts of people who sign in at the console. The first is made here, by whoever has the admin token.
import { type Command, Option } from 'commander';
import { TOKEN_ROLES } from '#domain/access/roles.ts';
import { accountList, invitation } from '#protocol/accounts.ts';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { table } from './output.ts';

export function accountCommand(): Command {
  return groupCommand('account', 'People who sign in at the console.', [add(), invite(), list()]);
}

function add(): Command {
  const command = serverCommand('add', {
    summary:
      'Make an account and a link by which its owner sets a password. Good once, for 48 hours.',
    example: 'kaimen account add li.na --name "Li Na" --role control-room --data data',
  })
    .argument('<login>', 'what they will sign in with')
    .requiredOption('--name <name>', 'as colleagues know them')
    .addOption(
      new Option('--role <role>', 'what they may do').choices(TOKEN_ROLES).makeOptionMandatory(),
    );
  type Options = { readonly name: string; readonly role: string };
  return runs<Options>(command, async ({ args: [login = ''], options, out, client }) => {
    const { name, role } = options;
    const body = { login, name, role };
    const made = await client().ask(invitation, { method: 'POST', path: at`/accounts`, body });
    out.result(made, linkWords(made));
  });
}

function invite(): Command {
  const command = serverCommand('invite', {
    summary:
      'A new link for somebody who has lost password or phone; accepting it ends all sessions.',
    example: 'kaimen account invite p-m4hq7zra --data data',
  }).argument('<person>', 'as “kaimen account list” shows it', idArgument);
  return runs<object>(command, async ({ args: [person = ''], out, client }) => {
    const path = at`/accounts/${person}/invite`;
    const made = await client().ask(invitation, { method: 'POST', path });
    out.result(made, linkWords(made));
  });
}

function list(): Command {
  const command = serverCommand('list', {
    summary: 'List accounts: role, how they sign in, and where they are signed in now.',
    example: 'kaimen account list --data data',
  });
  return runs<object>(command, async ({ out, client }) => {
    const answer = await client().ask(accountList, { path: at`/accounts` });
    const rows = answer.accounts.map((account) => [
      account.person,
      account.login,
      account.role,
      account.hasPassword ? 'password' : 'invited',
      account.passkeys,
      account.sessions,
      account.disabledAt,
    ]);
    const head = ['person', 'login', 'role', 'signs in by', 'passkeys', 'sessions', 'disabled'];
    out.result(answer, table(head, rows));
  });
}

/** Behind the server's own address, which only its owner knows from outside. */
function linkWords({ code, expiresAt }: { code: string; expiresAt: string }): string[] {
  return [
    `/console/#invitation=${code}`,
    `Put the server’s address before it and give it to them. Good once, until ${expiresAt}; it is not shown again.`,
  ];
}
