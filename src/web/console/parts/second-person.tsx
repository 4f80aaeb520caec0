import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { ask } from '../api.ts';
import { Failure } from './failure.tsx';

/** Somebody else at this screen proves who they are; nobody is signed out by it. */
export function SecondPerson({
  onProven,
  isProven,
}: {
  readonly onProven: (token: string) => void;
  readonly isProven: boolean;
}) {
  const intl = useIntl();
  const [form, setForm] = useState({ login: '', password: '', code: '' });
  const prove = useMutation({
    mutationFn: () => ask<{ token: string }>('/session/second', { body: form }),
    onSuccess: ({ token }) => onProven(token),
  });
  if (isProven) {
    return (
      <Notice hue="admitted">
        <FormattedMessage id="second.proven" />
      </Notice>
    );
  }
  const field = (name: keyof typeof form, type: string, autoComplete: string) => (
    <Field
      label={intl.formatMessage({ id: `sign-in.${name}` })}
      type={type}
      autoComplete={autoComplete}
      value={form[name]}
      onChange={(event) => setForm({ ...form, [name]: event.target.value })}
    />
  );
  return (
    <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
      <legend className="px-1 font-semibold text-sm">
        <FormattedMessage id="second.title" />
      </legend>
      <Failure error={prove.error} />
      {field('login', 'text', 'off')}
      {field('password', 'password', 'off')}
      {field('code', 'text', 'off')}
      <Button isBusy={prove.isPending} onClick={() => prove.mutate()}>
        <FormattedMessage id="second.prove" />
      </Button>
    </fieldset>
  );
}
