// A ticket and its slip: what the printer said, and what to do about it.
import { FormattedMessage } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { VerdictShape } from '#web/ui/verdict-shape.tsx';
import { at } from '../api.ts';
import type { Slips } from './use-slips.ts';

export function SlipLine({
  event,
  reference,
  copies,
  slips,
}: {
  readonly event: string;
  readonly reference: string;
  /** Printed before, as far as is known. */
  readonly copies: number;
  readonly slips: Slips;
}) {
  const slip = slips.slips.find(({ ref }) => ref === reference);
  const isDuplicate = copies > 0 || slip?.copy !== undefined;
  const paper = `/api/v1${at`/events/${event}/tickets/${reference}/paper`}?as=slip-pdf`;
  return (
    <li className="flex flex-wrap items-center gap-2 border-line border-b py-1.5 text-sm">
      <span className="min-w-40 font-semibold tabular-nums">{reference}</span>
      <span className="flex flex-1 items-center gap-1.5" role="status">
        {slip?.state === 'printed' && <VerdictShape hue="admitted" size={16} />}
        {slip?.state === 'failed' && <VerdictShape hue="refused" size={16} />}
        {slip !== undefined && (
          <span>
            <FormattedMessage
              id={slip.state === 'failed' ? `slip.${slip.trouble}` : `slip.${slip.state}`}
            />
          </span>
        )}
        {slip !== undefined && (slip.copy ?? 0) > 0 && (
          <strong>
            <FormattedMessage id="slip.duplicate" values={{ n: slip.copy }} />
          </strong>
        )}
        {slip === undefined && copies > 0 && (
          <FormattedMessage id="slip.copies" values={{ n: copies }} />
        )}
      </span>
      {slip?.state === 'asking' ? (
        <>
          <Button size="small" kind="main" onClick={() => slips.seen(slip, null)}>
            <FormattedMessage id="slip.came-out" />
          </Button>
          <Button size="small" onClick={() => slips.seen(slip, 'jam')}>
            <FormattedMessage id="slip.say-jam" />
          </Button>
          <Button size="small" onClick={() => slips.seen(slip, 'paper-out')}>
            <FormattedMessage id="slip.say-paper-out" />
          </Button>
        </>
      ) : slips.isConnected ? (
        <Button size="small" onClick={() => slips.print([reference])}>
          <FormattedMessage id={slip === undefined && copies === 0 ? 'slip.print' : 'slip.again'} />
        </Button>
      ) : (
        <a
          className="font-semibold text-accent-text underline"
          href={isDuplicate ? `${paper}&duplicate=true` : paper}
          target="_blank"
          rel="noreferrer"
        >
          <FormattedMessage id="slip.as-page" />
        </a>
      )}
    </li>
  );
}
