import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { SessionView } from '#protocol/accounts.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { ask } from '../api.ts';
import { Failure } from '../parts/failure.tsx';
import { canUsePasskeys, signInWithPasskey } from './passkeys.ts';

/** Name, password and code on one page: nothing is learnt from which of them was wrong. */
export function SignInForm() {
  const intl = useIntl();
  const queries = useQueryClient();
  const [form, setForm] = useState({ login: '', password: '', code: '' });
  const signIn = useMutation({
    mutationFn: (how: 'password' | 'passkey') =>
      how === 'passkey' ? signInWithPasskey() : ask<SessionView>('/session', { body: form }),
    onSuccess: (session) => queries.setQueryData(['session'], session),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    signIn.mutate('password');
  };
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm({ ...form, [name]: event.target.value });
  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <Failure error={signIn.error} />
      <Field
        label={intl.formatMessage({ id: 'sign-in.login' })}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        required
        value={form.login}
        onChange={set('login')}
      />
      <Field
        label={intl.formatMessage({ id: 'sign-in.password' })}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={form.password}
        onChange={set('password')}
      />
      <Field
        label={intl.formatMessage({ id: 'sign-in.code' })}
        hint={intl.formatMessage({ id: 'sign-in.code-hint' })}
        name="code"
        inputMode="text"
        autoComplete="one-time-code"
        autoCapitalize="none"
        required
        value={form.code}
        onChange={set('code')}
      />
      <Button kind="main" type="submit" isBusy={signIn.isPending}>
        <FormattedMessage id="sign-in.do" />
      </Button>
      {canUsePasskeys() && (
        <Button isBusy={signIn.isPending} onClick={() => signIn.mutate('passkey')}>
          <FormattedMessage id="sign-in.passkey" />
        </Button>
      )}
      <p className="text-quiet text-sm">
        <FormattedMessage id="sign-in.help" />
      </p>
    </form>
  );
}
