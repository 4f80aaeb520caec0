// Doing something that is written down: a question with a few fields, one answer, and what went wrong.
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useIntl } from 'react-intl';
import { Button, type ButtonKind } from '#web/ui/button.tsx';
import { Dialog } from '#web/ui/dialog.tsx';
import { Field } from '#web/ui/field.tsx';
import { ApiError } from '../api.ts';
import { Failure } from './failure.tsx';
import { SecondPerson } from './second-person.tsx';

export type FieldOf = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'text' | 'number' | 'time' | 'choice';
  readonly choices?: readonly { readonly value: string; readonly word: string }[];
  readonly initial?: string;
  readonly isOptional?: boolean;
  /** Depends on what was chosen before it. */
  readonly isAskedFor?: (values: Values) => boolean;
};

export type Values = Readonly<Record<string, string>>;

export function ActDialog({
  title,
  children,
  fields,
  verb,
  kind = 'main',
  takesTwo = false,
  onClose,
  act,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly fields: readonly FieldOf[];
  readonly verb: string;
  readonly kind?: ButtonKind;
  /** A second person has to agree: their token is `secondPerson` among the values. */
  readonly takesTwo?: boolean | 'perhaps';
  readonly onClose: () => void;
  readonly act: (values: Values) => Promise<unknown>;
}) {
  const intl = useIntl();
  const [values, setValues] = useState<Values>(() =>
    Object.fromEntries(fields.map(({ name, initial }) => [name, initial ?? ''])),
  );
  const [second, setSecond] = useState<string | null>(null);
  const doing = useMutation({
    mutationFn: () => act(second === null ? values : { ...values, secondPerson: second }),
    onSuccess: onClose,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    doing.mutate();
  };
  const isAsked = ({ isAskedFor }: FieldOf) => isAskedFor === undefined || isAskedFor(values);
  const needsSecond =
    takesTwo === true ||
    (takesTwo === 'perhaps' && doing.error instanceof ApiError && doing.error.isForTwo);
  return (
    <Dialog isOpen title={title} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        {children}
        <Failure error={doing.error} />
        {fields.filter(isAsked).map((field, index) => (
          <OneField
            key={field.name}
            field={field}
            isFirst={index === 0}
            value={values[field.name] ?? ''}
            error={doing.error instanceof ApiError ? doing.error.fields.get(field.name) : undefined}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))}
        {needsSecond && <SecondPerson onProven={setSecond} isProven={second !== null} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{intl.formatMessage({ id: 'shared.cancel' })}</Button>
          <Button
            kind={kind}
            type="submit"
            isBusy={doing.isPending}
            disabled={takesTwo === true && second === null}
          >
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function OneField({
  field,
  value,
  error,
  isFirst,
  onChange,
}: {
  readonly field: FieldOf;
  readonly value: string;
  readonly error: string | undefined;
  readonly isFirst: boolean;
  readonly onChange: (value: string) => void;
}) {
  const { name, label, hint, type = 'text', choices, isOptional = false } = field;
  if (type === 'choice') {
    return (
      <label className="flex flex-col gap-1 font-semibold text-sm">
        {label}
        <select
          name={name}
          value={value}
          required={!isOptional}
          onChange={(event) => onChange(event.target.value)}
          className="min-h-11 rounded-md border border-line bg-raised px-3 font-normal text-base text-fg"
        >
          {isOptional && <option value="">–</option>}
          {choices?.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.word}
            </option>
          ))}
        </select>
        {error !== undefined && <span className="text-refused-text">{error}</span>}
      </label>
    );
  }
  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      name={name}
      type={type}
      required={!isOptional}
      autoFocus={isFirst}
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** The last field of every act: why. */
export function useReasonField(): FieldOf {
  const intl = useIntl();
  return {
    name: 'reason',
    label: intl.formatMessage({ id: 'act.reason' }),
    hint: intl.formatMessage({ id: 'act.reason-hint' }),
  };
}
