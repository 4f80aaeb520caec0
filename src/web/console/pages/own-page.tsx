import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FormattedMessage, useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { LooksSwitch } from '#web/ui/looks-switch.tsx';
import { ask, at } from '../api.ts';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { PageHead, Section } from '../parts/page.tsx';
import { useSession, useSignOut } from '../session.tsx';
import { addPasskey, canUsePasskeys, type OwnPasskeys } from '../sign-in/passkeys.ts';

/** Looks, passkeys, signing out. */
export function OwnPage() {
  const intl = useIntl();
  const session = useSession();
  const signOut = useSignOut();
  const clock = useGroundClock();
  const leaving = useMutation({ mutationFn: signOut });
  return (
    <>
      <PageHead id="place.me">
        <Button size="small" isBusy={leaving.isPending} onClick={() => leaving.mutate()}>
          <FormattedMessage id="me.sign-out" />
        </Button>
      </PageHead>
      <div className="flex max-w-xl flex-col gap-6">
        <Failure error={leaving.error} />
        <p>
          <span className="font-semibold">{session.name ?? session.person}</span>{' '}
          <span className="text-quiet">
            <FormattedMessage id={`role.${session.role}`} />
            {session.expiresAt !== null && (
              <>
                {' · '}
                <FormattedMessage id="me.until" values={{ time: clock.of(session.expiresAt) }} />
              </>
            )}
          </span>
        </p>
        <LooksSwitch />
        {session.name !== null && (
          <Section title={intl.formatMessage({ id: 'me.passkeys' })}>
            <Passkeys name={session.name} />
          </Section>
        )}
      </div>
    </>
  );
}

function Passkeys({ name }: { readonly name: string }) {
  const clock = useGroundClock();
  const queries = useQueryClient();
  const queryKey = ['passkeys'];
  const own = useQuery({ queryKey, queryFn: () => ask<OwnPasskeys>('/session/passkeys') });
  const onSuccess = (list: OwnPasskeys) => queries.setQueryData(queryKey, list);
  const add = useMutation({ mutationFn: () => addPasskey(name), onSuccess });
  const remove = useMutation({
    mutationFn: (id: string) => ask<OwnPasskeys>(at`/session/passkeys/${id}`, { method: 'DELETE' }),
    onSuccess,
  });
  return (
    <>
      <Failure error={own.error ?? add.error ?? remove.error} />
      <ul>
        {(own.data?.passkeys ?? []).map(({ id, label, createdAt, lastUsedAt }) => (
          <li key={id} className="flex items-center gap-4 border-line border-b py-2 text-sm">
            <span className="font-semibold">{label}</span>
            <span className="flex-1 text-quiet">
              <FormattedMessage
                id="me.passkey-used"
                values={{ made: clock.of(createdAt), used: clock.of(lastUsedAt) }}
              />
            </span>
            <Button size="small" onClick={() => remove.mutate(id)}>
              <FormattedMessage id="me.remove" />
            </Button>
          </li>
        ))}
      </ul>
      {canUsePasskeys() ? (
        <Button className="self-start" isBusy={add.isPending} onClick={() => add.mutate()}>
          <FormattedMessage id="me.add-passkey" />
        </Button>
      ) : (
        <p className="text-quiet text-sm">
          <FormattedMessage id="me.no-passkeys" />
        </p>
      )}
    </>
  );
}
