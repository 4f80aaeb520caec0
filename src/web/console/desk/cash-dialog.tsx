import { useState } from 'react';
import { useIntl } from 'react-intl';
import { ask, at } from '../api.ts';
import { ActDialog, useReasonField } from '../parts/act-dialog.tsx';

const KINDS = ['replacement', 'difference', 'sale', 'refund', 'correction'] as const;
/** Handed out rather than taken. */
const OUT = new Set(['refund']);

export function CashDialog({
  event,
  reference,
  onClose,
}: {
  readonly event: string;
  readonly reference: string | null;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const reason = useReasonField();
  const [requestId] = useState(() => crypto.randomUUID());
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'cash.title' })}
      verb={intl.formatMessage({ id: 'cash.write' })}
      onClose={onClose}
      fields={[
        {
          name: 'kind',
          label: intl.formatMessage({ id: 'cash.kind' }),
          type: 'choice',
          initial: 'replacement',
          choices: KINDS.map((kind) => ({
            value: kind,
            word: intl.formatMessage({ id: `cash.${kind}` }),
          })),
        },
        {
          name: 'amount',
          label: intl.formatMessage({ id: 'cash.amount' }),
          hint: intl.formatMessage({ id: 'cash.amount-hint' }),
        },
        reason,
      ]}
      act={({ kind = '', amount = '', reason: why }) => {
        const minor = minorOf(amount);
        if (minor === null) throw new Error(intl.formatMessage({ id: 'cash.amount-wrong' }));
        return ask(at`/events/${event}/cash`, {
          body: {
            requestId,
            kind,
            minor: OUT.has(kind) ? -Math.abs(minor) : minor,
            reason: why,
            ...(reference === null ? {} : { ref: reference }),
          },
        });
      }}
    />
  );
}

/** “20”, “20.5” and “1,280.00” as hundredths, without a binary fraction on the way. */
export function minorOf(text: string): number | null {
  const match = /^(-?)(\d{1,6})(?:\.(\d{1,2}))?$/.exec(text.trim().replaceAll(/[,，¥￥\s]/g, ''));
  if (match === null) return null;
  const [, sign, whole = '', part = ''] = match;
  const minor = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return sign === '-' ? -minor : minor;
}
