// The drawer: opened with a float, closed with a count. Without an open one no cash is taken.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { DeskShift, OwnShift } from '#protocol/box-office.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { ask, at } from '../api.ts';
import { minorOf } from '../desk/cash-dialog.tsx';
import { ActDialog, useReasonField } from '../parts/act-dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { Section } from '../parts/page.tsx';
import { useSession } from '../session.tsx';
import { Money } from './money.tsx';

const SHIFT = ['desk-shift'] as const;

export function useShift() {
  const session = useSession();
  return useQuery({
    enabled: session.may('desk.sell'),
    queryKey: SHIFT,
    queryFn: () => ask<OwnShift>('/desk/shifts', { isUnattended: true }),
    refetchInterval: 30_000,
  });
}

export function Drawer({ currency }: { readonly currency: string }) {
  const intl = useIntl();
  const queries = useQueryClient();
  const own = useShift();
  const [closed, setClosed] = useState<DeskShift | null>(null);
  const [dialog, setDialog] = useState<'close' | 'move' | null>(null);
  const shift = own.data?.shift ?? null;
  const end = () => {
    setDialog(null);
    void queries.invalidateQueries({ queryKey: SHIFT });
  };
  return (
    <Section title={intl.formatMessage({ id: 'drawer.title' })} aside={shift?.desk}>
      <Failure error={own.error} />
      {closed !== null && (
        <Notice hue={closed.differenceMinor === 0 ? 'admitted' : 'refer'}>
          <FormattedMessage
            id="drawer.closed"
            values={{
              desk: closed.desk,
              expected: <Money minor={closed.expectedMinor} currency={closed.currency} />,
              counted: <Money minor={closed.countedMinor ?? 0} currency={closed.currency} />,
              difference: <Money minor={closed.differenceMinor ?? 0} currency={closed.currency} />,
            }}
          />
        </Notice>
      )}
      {own.data !== undefined && shift === null && (
        <OpenDrawer
          currency={currency}
          onOpen={() => {
            setClosed(null);
            end();
          }}
        />
      )}
      {shift !== null && <OpenShift shift={shift} onClose={setDialog} />}
      {shift !== null && dialog === 'close' && (
        <CloseDialog shift={shift} onClosed={setClosed} onClose={end} />
      )}
      {shift !== null && dialog === 'move' && <MoveDialog shift={shift} onClose={end} />}
    </Section>
  );
}

function OpenShift({
  shift,
  onClose,
}: {
  readonly shift: DeskShift;
  readonly onClose: (dialog: 'close' | 'move') => void;
}) {
  const { currency } = shift;
  return (
    <>
      <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 text-sm">
        <dt>
          <FormattedMessage id="drawer.should" />
        </dt>
        <dd className="text-right font-semibold">
          <Money minor={shift.expectedMinor} currency={currency} />
        </dd>
        {shift.sums.map(({ provider, count, amountMinor }) => (
          <div key={provider} className="contents text-quiet">
            <dt>
              <FormattedMessage id={`sell.by-${provider}`} /> × {count}
            </dt>
            <dd className="text-right">
              <Money minor={amountMinor} currency={currency} />
            </dd>
          </div>
        ))}
      </dl>
      <div className="flex flex-wrap gap-2">
        <Button size="small" onClick={() => onClose('close')}>
          <FormattedMessage id="drawer.close" />
        </Button>
        <Button size="small" kind="quiet" onClick={() => onClose('move')}>
          <FormattedMessage id="drawer.move" />
        </Button>
      </div>
    </>
  );
}

function OpenDrawer({
  currency,
  onOpen,
}: {
  readonly currency: string;
  readonly onOpen: () => void;
}) {
  const intl = useIntl();
  const [desk, setDesk] = useState('window-1');
  const [float, setFloat] = useState('');
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const floatMinor = minorOf(float.trim() === '' ? '0' : float);
    if (floatMinor === null || floatMinor < 0) {
      setError(new Error(intl.formatMessage({ id: 'cash.amount-wrong' })));
      return;
    }
    await ask('/desk/shifts', { body: { desk: desk.trim(), currency, floatMinor } }).then(
      onOpen,
      setError,
    );
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-2">
      <p className="text-sm">
        <FormattedMessage id="drawer.none" />
      </p>
      <Failure error={error} />
      <Field
        label={intl.formatMessage({ id: 'drawer.desk' })}
        hint={intl.formatMessage({ id: 'drawer.desk-hint' })}
        value={desk}
        onChange={(changed) => setDesk(changed.target.value)}
      />
      <Field
        label={intl.formatMessage({ id: 'drawer.float' })}
        inputMode="decimal"
        autoComplete="off"
        value={float}
        onChange={(changed) => setFloat(changed.target.value)}
      />
      <div>
        <Button type="submit" kind="main">
          <FormattedMessage id="drawer.open" />
        </Button>
      </div>
    </form>
  );
}

function CloseDialog({
  shift,
  onClosed,
  onClose,
}: {
  readonly shift: DeskShift;
  readonly onClosed: (shift: DeskShift) => void;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'drawer.close-title' }, { desk: shift.desk })}
      verb={intl.formatMessage({ id: 'drawer.close' })}
      onClose={onClose}
      fields={[{ name: 'counted', label: intl.formatMessage({ id: 'drawer.counted' }) }]}
      act={async ({ counted = '' }) => {
        const countedMinor = minorOf(counted);
        if (countedMinor === null) throw new Error(intl.formatMessage({ id: 'cash.amount-wrong' }));
        const address = at`/desk/shifts/${shift.id}/close`;
        onClosed(await ask<DeskShift>(address, { body: { countedMinor } }));
      }}
    >
      <FormattedMessage id="drawer.close-means" />
    </ActDialog>
  );
}

function MoveDialog({
  shift,
  onClose,
}: {
  readonly shift: DeskShift;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const why = useReasonField();
  const [requestId] = useState(() => crypto.randomUUID());
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'drawer.move' })}
      verb={intl.formatMessage({ id: 'cash.write' })}
      onClose={onClose}
      fields={[{ name: 'amount', label: intl.formatMessage({ id: 'drawer.move-amount' }) }, why]}
      act={async ({ amount = '', reason }) => {
        const amountMinor = minorOf(amount);
        if (amountMinor === null) throw new Error(intl.formatMessage({ id: 'cash.amount-wrong' }));
        const body = { requestId, amountMinor, reason };
        await ask(at`/desk/shifts/${shift.id}/moves`, { body });
      }}
    />
  );
}
