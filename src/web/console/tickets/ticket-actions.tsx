import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { TicketHistory } from '#protocol/desk.ts';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { ask, at } from '../api.ts';
import { AdmitDialog } from '../desk/admit-dialog.tsx';
import { CashDialog } from '../desk/cash-dialog.tsx';
import { ActDialog, useReasonField } from '../parts/act-dialog.tsx';
import { useSession } from '../session.tsx';

type Open = 'block' | 'unblock' | 'reissue' | 'holder' | 'admit' | 'cash' | null;
type Holder = { readonly name: string | null; readonly phone: string | null };

/** What the diagnosis suggests stands first and is the main one. */
export function TicketActions({
  event,
  found,
  onDone,
}: {
  readonly event: string;
  readonly found: TicketHistory;
  readonly onDone: () => Promise<unknown>;
}) {
  const intl = useIntl();
  const session = useSession();
  const reason = useReasonField();
  const [open, setOpen] = useState<Open>(null);
  const [holder, setHolder] = useState<Holder | null>(null);
  const [isReissued, setReissued] = useState(false);
  const { ticket, diagnosis } = found;
  const close = () => {
    setOpen(null);
    void onDone();
  };
  const paper = (as: string, isDuplicate: boolean) =>
    `/api/v1${at`/events/${event}/tickets/${ticket.ref}/paper`}?as=${as}${isDuplicate ? '&duplicate=true' : ''}`;
  const action = (which: Exclude<Open, null>, word: string) => (
    <Button
      size="small"
      kind={diagnosis.mend === which ? 'main' : which === 'block' ? 'danger' : 'plain'}
      onClick={() => setOpen(which)}
    >
      <FormattedMessage id={word} />
    </Button>
  );
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        {session.may('tickets.block') &&
          (ticket.isBlocked
            ? action('unblock', 'ticket.unblock')
            : action('block', 'ticket.block'))}
        {session.may('tickets.reissue') && action('reissue', 'ticket.reissue')}
        {session.may('desk.admit') && action('admit', 'ticket.admit')}
        {session.may('desk.sell') && action('cash', 'ticket.cash')}
        {session.may('holders.read') && action('holder', 'ticket.holder')}
        {session.may('papers.print') && <Papers paper={(as) => paper(as, !isReissued)} />}
      </div>
      {isReissued && (
        <Notice hue="admitted">
          <FormattedMessage id="ticket.reissued" />
        </Notice>
      )}
      {holder !== null && (
        <p className="text-sm">
          <FormattedMessage id="ticket.holder-is" />{' '}
          <span className="font-semibold">
            {holder.name ?? '–'} {holder.phone ?? ''}
          </span>
        </p>
      )}
      {(open === 'block' || open === 'unblock' || open === 'reissue' || open === 'holder') && (
        <ActDialog
          title={intl.formatMessage({ id: `ticket.${open}-title` }, { ref: ticket.ref })}
          verb={intl.formatMessage({ id: `ticket.${open}` })}
          kind={open === 'block' ? 'danger' : 'main'}
          fields={[reason]}
          onClose={close}
          act={async (values) => {
            const body = { reason: values['reason'] };
            const answer = await ask<Holder>(
              `${at`/events/${event}/tickets/${ticket.ref}`}/${open}`,
              { body },
            );
            if (open === 'holder') setHolder(answer);
            setReissued(open === 'reissue');
          }}
        >
          <p className="text-sm">
            <FormattedMessage id={`ticket.${open}-means`} />
          </p>
        </ActDialog>
      )}
      {open === 'admit' && <AdmitDialog event={event} reference={ticket.ref} onClose={close} />}
      {open === 'cash' && <CashDialog event={event} reference={ticket.ref} onClose={close} />}
    </div>
  );
}

function Papers({ paper }: { readonly paper: (as: string) => string }) {
  return (
    <span className="flex items-center gap-3 text-sm">
      {(['pdf', 'slip-pdf', 'escpos'] as const).map((as) => (
        <a
          key={as}
          href={paper(as)}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-h-8 items-center font-semibold text-accent-text underline"
        >
          <FormattedMessage id={`paper.${as}`} />
        </a>
      ))}
    </span>
  );
}
