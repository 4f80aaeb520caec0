import { useState } from 'react';
import { useIntl } from 'react-intl';
import { parseInstant } from '#domain/kernel/instant.ts';
import { placeWords } from '#lane/words.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { useLooks } from '#web/ui/looks.tsx';
import { Choices } from '#web/ui/looks-switch.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { Refused } from '../device/device-api.ts';
import { FIND_BY, type FindBy, type Found, findTickets } from '../session/find-tickets.ts';
import type { GateSession } from '../session/gate-session.ts';
import { useGround } from './use-ground.ts';

/** By seat, order or the end of a phone number; offline by seat alone, in the phone's own list. */
export function FindSheet({ session, onDone }: { session: GateSession; onDone: () => void }) {
  const intl = useIntl();
  const [by, setBy] = useState<FindBy>('seat');
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const run = async (work: () => Promise<void>) => {
    setIsBusy(true);
    setTrouble(null);
    try {
      await work();
    } catch (error) {
      const isRefused = error instanceof Refused;
      setTrouble(
        isRefused && error.status === 429
          ? 'manual.limited'
          : isRefused
            ? 'find.notAllowed'
            : 'operator.unreachable',
      );
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void run(async () => setFound(await findTickets(session, by, text.trim())));
      }}
    >
      <Choices
        isForLane
        isLabelHidden
        label={intl.formatMessage({ id: 'find.by' })}
        choices={FIND_BY.map((value) => ({
          value,
          word: intl.formatMessage({ id: `find.${value}` }),
        }))}
        chosen={by}
        onChoose={setBy}
      />
      <Field
        isForLane
        label={intl.formatMessage({ id: `find.${by}` })}
        hint={intl.formatMessage({ id: `find.${by}.hint` })}
        error={trouble === null ? null : intl.formatMessage({ id: trouble })}
        inputMode={by === 'phone' ? 'numeric' : 'text'}
        autoComplete="off"
        autoCapitalize="characters"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" kind="main" size="lane" isBusy={isBusy} disabled={text.trim() === ''}>
        {intl.formatMessage({ id: 'find.go' })}
      </Button>
      {found !== null && (
        <FoundTickets
          session={session}
          found={found}
          onCheck={(shortId) =>
            void run(async () => {
              await session.scanByHand(shortId);
              onDone();
            })
          }
        />
      )}
    </form>
  );
}

function FoundTickets({
  session,
  found,
  onCheck,
}: {
  readonly session: GateSession;
  readonly found: Found;
  /** As if its short code had been typed. */
  readonly onCheck: (shortId: string) => void;
}) {
  const intl = useIntl();
  const { language } = useLooks();
  const ground = useGround(session);
  return (
    <div className="flex max-h-72 flex-col gap-2 overflow-y-auto" role="status">
      {found.isFromOwnList && (
        <Notice hue="provisional">{intl.formatMessage({ id: 'find.offline' })}</Notice>
      )}
      {found.tickets.length === 0 && <p>{intl.formatMessage({ id: 'find.none' })}</p>}
      <ul className="flex flex-col divide-y divide-line">
        {found.tickets.map((ticket) => {
          const at = ticket.first === null ? null : parseInstant(ticket.first.at);
          return (
            <li key={ticket.ref} className="flex items-center gap-3 py-2">
              <div className="flex min-w-0 flex-1 flex-col">
                <span className="font-semibold text-lg">
                  {placeWords({ ...ticket, stand: ground.standName(ticket.stand) }, language)}
                </span>
                <span className="text-quiet">
                  {[
                    ticket.ref,
                    ticket.shortId,
                    ticket.holder,
                    ticket.isBlocked ? intl.formatMessage({ id: 'find.blocked' }) : null,
                    ticket.inside > 0 ? intl.formatMessage({ id: 'find.inside' }) : null,
                  ]
                    .filter((part) => part !== null)
                    .join(' · ')}
                </span>
                {ticket.first !== null && at !== null && (
                  <span>
                    {intl.formatMessage(
                      { id: 'verdict.usedBefore' },
                      { time: ground.time.time(at), gate: ground.gateName(ticket.first.gate) },
                    )}
                  </span>
                )}
              </div>
              {ticket.shortId !== null && (
                <Button size="lane" onClick={() => onCheck(ticket.shortId ?? '')}>
                  {intl.formatMessage({ id: 'manual.check' })}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {found.hasMore && <p>{intl.formatMessage({ id: 'find.more' })}</p>}
    </div>
  );
}
