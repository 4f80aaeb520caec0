import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { TOKEN_ROLES } from '#domain/access/roles.ts';
import type { AccountView } from '#protocol/accounts.ts';
import { Button } from '#web/ui/button.tsx';
import { Dialog } from '#web/ui/dialog.tsx';
import { ask, at } from '../api.ts';
import { ActDialog } from '../parts/act-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { PageHead } from '../parts/page.tsx';
import { useSession } from '../session.tsx';

type Invitation = { readonly person: string; readonly code: string; readonly expiresAt: string };

/** Who may sign in. Nobody is given a password: they get a link that is good once. */
export function AccountsPage() {
  const intl = useIntl();
  const queries = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: () => ask<{ accounts: readonly AccountView[] }>('/accounts'),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ['accounts'] });
  const linkTo = ({ code }: Invitation) =>
    setLink(`${location.origin}/console/#invitation=${code}`);
  const change = useMutation({
    mutationFn: ({ person, act }: { person: string; act: 'invite' | 'sign-out' | 'toggle' }) => {
      if (act !== 'toggle')
        return ask<Invitation>(`${at`/accounts/${person}`}/${act}`, { method: 'POST' });
      const isDisabled =
        accounts.data?.accounts.find((each) => each.person === person)?.disabledAt === null;
      return ask<Invitation>(at`/accounts/${person}`, { method: 'PUT', body: { isDisabled } });
    },
    onSuccess: (answer, { act }) => {
      if (act === 'invite') linkTo(answer);
      void refresh();
    },
  });
  const columns = useColumns((person, act) => change.mutate({ person, act }));
  return (
    <>
      <PageHead id="place.accounts">
        <Button kind="main" size="small" onClick={() => setAdding(true)}>
          <FormattedMessage id="accounts.add" />
        </Button>
      </PageHead>
      <Failure error={accounts.error ?? change.error} />
      <DataTable
        name="accounts"
        label={intl.formatMessage({ id: 'place.accounts' })}
        rows={accounts.data?.accounts ?? []}
        columns={columns}
        keyOf={({ person }) => person}
        empty={<FormattedMessage id="accounts.none" />}
      />
      {isAdding && (
        <ActDialog
          title={intl.formatMessage({ id: 'accounts.add' })}
          verb={intl.formatMessage({ id: 'accounts.invite' })}
          fields={[
            { name: 'name', label: intl.formatMessage({ id: 'accounts.name' }) },
            { name: 'login', label: intl.formatMessage({ id: 'sign-in.login' }) },
            {
              name: 'role',
              label: intl.formatMessage({ id: 'accounts.role' }),
              type: 'choice',
              initial: 'control-room',
              choices: TOKEN_ROLES.map((role) => ({
                value: role,
                word: intl.formatMessage({ id: `role.${role}` }),
              })),
            },
          ]}
          onClose={() => setAdding(false)}
          act={async (values) => {
            linkTo(await ask<Invitation>('/accounts', { body: values }));
            await refresh();
          }}
        />
      )}
      {link !== null && (
        <Dialog
          isOpen
          title={intl.formatMessage({ id: 'accounts.link' })}
          onClose={() => setLink(null)}
        >
          <p className="text-sm">
            <FormattedMessage id="accounts.link-means" />
          </p>
          <code className="break-all rounded-md bg-sunken p-3 text-sm">{link}</code>
          <div className="flex justify-end gap-2">
            <Button kind="main" onClick={() => void navigator.clipboard.writeText(link)}>
              <FormattedMessage id="accounts.copy" />
            </Button>
            <Button onClick={() => setLink(null)}>
              {intl.formatMessage({ id: 'shared.close' })}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function useColumns(
  onAct: (person: string, act: 'invite' | 'sign-out' | 'toggle') => void,
): readonly Column<AccountView>[] {
  const session = useSession();
  const clock = useGroundClock();
  return [
    {
      id: 'name',
      head: 'accounts.name',
      value: ({ name }) => name,
      cell: ({ name, login }) => (
        <>
          <span className="font-semibold">{name}</span> <span className="text-quiet">{login}</span>
        </>
      ),
    },
    {
      id: 'role',
      head: 'accounts.role',
      value: ({ role }) => role,
      cell: ({ role }) => <FormattedMessage id={`role.${role}`} />,
    },
    {
      id: 'state',
      head: 'accounts.state',
      value: ({ disabledAt, hasPassword }) => `${disabledAt === null} ${hasPassword}`,
      cell: ({ disabledAt, hasPassword, passkeys }) => (
        <FormattedMessage
          id={
            disabledAt !== null
              ? 'accounts.disabled'
              : hasPassword
                ? 'accounts.active'
                : 'accounts.invited'
          }
          values={{ passkeys }}
        />
      ),
    },
    {
      id: 'seen',
      head: 'accounts.seen',
      value: ({ lastSeenAt }) => lastSeenAt,
      cell: ({ lastSeenAt, sessions }) => (
        <>
          {clock.of(lastSeenAt)}{' '}
          <span className="text-quiet">
            <FormattedMessage id="accounts.sessions" values={{ n: sessions }} />
          </span>
        </>
      ),
    },
    {
      id: 'acts',
      head: 'accounts.acts',
      value: () => null,
      cell: ({ person, disabledAt }) =>
        person === session.person ? null : (
          <span className="flex gap-3">
            {(['invite', 'sign-out', 'toggle'] as const).map((act) => (
              <button
                key={act}
                type="button"
                className="min-h-6 whitespace-nowrap font-semibold text-accent-text underline"
                onClick={() => onAct(person, act)}
              >
                <FormattedMessage
                  id={
                    act === 'toggle'
                      ? disabledAt === null
                        ? 'accounts.disable'
                        : 'accounts.enable'
                      : `accounts.do-${act}`
                  }
                />
              </button>
            ))}
          </span>
        ),
    },
  ];
}
