// Who is signed in at this browser, and what they may do: CASL over the very rules that routes ask.
import { createMongoAbility } from '@casl/ability';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Permission } from '#domain/access/roles.ts';
import type { SessionView } from '#protocol/accounts.ts';
import { ApiError, ask } from './api.ts';

export type Session = SessionView & { may(permission: Permission): boolean };

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession needs SessionGate around it');
  return session;
}

/** Shows `signedOut` until somebody has signed in, and again when their session has ended; `away` while nobody answers. */
export function SessionGate({
  signedOut,
  away,
  waiting,
  children,
}: {
  readonly signedOut: ReactNode;
  readonly away: ReactNode;
  readonly waiting: ReactNode;
  readonly children: ReactNode;
}) {
  const query = useQuery({
    queryKey: ['session'],
    queryFn: () => ask<SessionView>('/session', { isUnattended: true }),
    refetchInterval: ({ state }) => (state.data === undefined ? 5_000 : 60_000),
    retry: (count, error) => !(error instanceof ApiError && error.status === 401) && count < 3,
  });
  const session = useMemo(() => {
    if (query.data === undefined) return null;
    const ability = createMongoAbility([...query.data.rules]);
    const may = (permission: Permission) => {
      const [subject = '', action = ''] = permission.split('.');
      return ability.can(action, subject);
    };
    return { ...query.data, may };
  }, [query.data]);
  const isSignedOut = query.error instanceof ApiError && query.error.status === 401;
  if (isSignedOut) return signedOut;
  if (session === null) return query.isError ? away : waiting;
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Whatever was shown belonged to whoever was signed in. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await ask('/session', { method: 'DELETE' });
    client.clear();
    location.assign('/console/');
  };
}
