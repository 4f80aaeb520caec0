import { parseInstant } from '#domain/kernel/instant.ts';
import type { EventOnSale } from '#protocol/shop.ts';
import { groundTime } from '#web/ui/ground-time.ts';
import { useWords } from '../use-words.ts';

/** Who plays, where and when; before it is bought also from what price, and what is left. */
export function MatchFacts({
  event,
  isHeading,
  isBought = false,
}: {
  readonly event: EventOnSale;
  readonly isHeading: boolean;
  readonly isBought?: boolean;
}) {
  const { say, nameOf, tag, language } = useWords();
  const time = groundTime(event.venue.timeZone, language);
  const [kickOff, doors] = [parseInstant(event.startsAt), parseInstant(event.doorsAt)];
  const Title = isHeading ? 'h1' : 'h2';
  return (
    <div className="flex flex-col gap-1">
      <Title className={isHeading ? 'font-semibold text-xl' : 'font-semibold text-lg'}>
        {nameOf(event.name)}
      </Title>
      <p className="text-quiet">{nameOf(event.venue.name)}</p>
      {kickOff !== null && (
        <p>
          {time.whole(kickOff)} {say('match.kickOff')}
          {doors !== null && ` · ${time.time(doors)} ${say('match.doors')}`}
        </p>
      )}
      {!isBought && (
        <p className="flex flex-wrap items-baseline gap-x-4">
          {event.fromMinor !== null && (
            <strong className="text-lg">
              {say('match.from', { price: tag(event.fromMinor, event.currency) })}
            </strong>
          )}
          <SaleState event={event} />
        </p>
      )}
    </div>
  );
}

function SaleState({ event }: { readonly event: EventOnSale }) {
  const { say, language } = useWords();
  const time = groundTime(event.venue.timeZone, language);
  const opensAt = parseInstant(event.opensAt);
  if (event.state === 'announced' && opensAt !== null) {
    return <span>{say('match.announced', { when: time.whole(opensAt) })}</span>;
  }
  if (event.state !== 'on-sale') return <span>{say('match.closed')}</span>;
  if (event.left === 0) return <span>{say('match.soldOut')}</span>;
  return <span className="text-quiet">{say('match.left', { count: event.left })}</span>;
}
