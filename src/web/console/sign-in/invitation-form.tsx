import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { SessionView } from '#protocol/accounts.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { ApiError, ask } from '../api.ts';
import { Failure } from '../parts/failure.tsx';
import { QrCode } from '../parts/qr-code.tsx';

type Invitation = {
  readonly login: string;
  readonly name: string;
  readonly otpauth: string;
  readonly secret: string;
};
type Accepted = { readonly session: SessionView; readonly recoveryCodes: readonly string[] };

/** A link that is good once: choose a password, connect an authenticator, keep the recovery codes. */
export function InvitationForm({ code }: { readonly code: string }) {
  const intl = useIntl();
  const [form, setForm] = useState({ password: '', oneTimeCode: '' });
  const invitation = useQuery({
    queryKey: ['invitation', code],
    queryFn: () => ask<Invitation>('/session/invitation', { body: { code } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const accept = useMutation({
    mutationFn: () => ask<Accepted>('/session/invitation/accept', { body: { code, ...form } }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  if (accept.data !== undefined) return <RecoveryCodes accepted={accept.data} />;
  if (invitation.isError) return <Failure error={invitation.error} />;
  if (invitation.data === undefined) {
    return (
      <p role="status" className="text-quiet">
        <FormattedMessage id="console.waiting" />
      </p>
    );
  }
  const { login, name, otpauth, secret } = invitation.data;
  const errorOf = (field: string) =>
    accept.error instanceof ApiError ? accept.error.fields.get(field) : undefined;
  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <p>
        <FormattedMessage id="invitation.welcome" values={{ name, login }} />
      </p>
      <Failure error={accept.error} />
      <input type="text" name="username" autoComplete="username" value={login} readOnly hidden />
      <Field
        label={intl.formatMessage({ id: 'invitation.password' })}
        hint={intl.formatMessage({ id: 'invitation.password-hint' })}
        error={errorOf('password')}
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        required
        value={form.password}
        onChange={(event) => setForm({ ...form, password: event.target.value })}
      />
      <div className="flex flex-col gap-2">
        <p className="font-semibold text-sm">
          <FormattedMessage id="invitation.scan" />
        </p>
        <QrCode text={otpauth} label={intl.formatMessage({ id: 'invitation.scan' })} size={180} />
        <p className="text-quiet text-sm">
          <FormattedMessage id="invitation.type" />{' '}
          <code className="break-all text-fg">{secret}</code>
        </p>
      </div>
      <Field
        label={intl.formatMessage({ id: 'invitation.code' })}
        error={errorOf('oneTimeCode')}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="\d{6}"
        required
        value={form.oneTimeCode}
        onChange={(event) => setForm({ ...form, oneTimeCode: event.target.value.trim() })}
      />
      <Button kind="main" type="submit" isBusy={accept.isPending}>
        <FormattedMessage id="invitation.accept" />
      </Button>
    </form>
  );
}

function RecoveryCodes({ accepted }: { readonly accepted: Accepted }) {
  const queries = useQueryClient();
  return (
    <div className="flex flex-col gap-4">
      <h2 className="font-semibold text-lg">
        <FormattedMessage id="invitation.recovery" />
      </h2>
      <p className="text-sm">
        <FormattedMessage id="invitation.recovery-why" />
      </p>
      <ol className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-md border border-line bg-raised p-4">
        {accepted.recoveryCodes.map((each) => (
          <li key={each}>
            <code className="text-sm">{each}</code>
          </li>
        ))}
      </ol>
      <Button kind="main" onClick={() => queries.setQueryData(['session'], accepted.session)}>
        <FormattedMessage id="invitation.kept" />
      </Button>
    </div>
  );
}
