import { useIntl } from 'react-intl';
import { Field } from '#web/ui/field.tsx';
import type { NameAndPin } from '../session/session-shapes.ts';

export function isNameAndPin({ name, pin }: NameAndPin): boolean {
  return name.trim() !== '' && /^\d{4,8}$/.test(pin);
}

/** Who somebody is, typed: neither is kept, nor offered again to the next. */
export function NameAndPinFields({
  who,
  onChange,
  error = null,
}: {
  readonly who: NameAndPin;
  readonly onChange: (who: NameAndPin) => void;
  readonly error?: string | null;
}) {
  const intl = useIntl();
  return (
    <>
      <Field
        isForLane
        label={intl.formatMessage({ id: 'operator.name' })}
        autoComplete="off"
        value={who.name}
        onChange={(event) => onChange({ ...who, name: event.target.value })}
      />
      <Field
        isForLane
        label={intl.formatMessage({ id: 'operator.pin' })}
        type="password"
        inputMode="numeric"
        autoComplete="off"
        value={who.pin}
        error={error}
        onChange={(event) => onChange({ ...who, pin: event.target.value })}
      />
    </>
  );
}
