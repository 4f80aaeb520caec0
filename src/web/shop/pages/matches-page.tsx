import type { EventOnSale } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { goTo, placeAddress } from '../address.ts';
import { MatchFacts } from '../parts/match-facts.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { useAnswer } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';

export function MatchesPage() {
  const { say } = useWords();
  const { value, error, again } = useAnswer<{ events: readonly EventOnSale[] }>(shopPaths.events());
  return (
    <>
      <h1 className="font-semibold text-xl">{say('matches.title')}</h1>
      {error !== null && <Trouble error={error} onRetry={again} />}
      {value === null && error === null && <Waiting />}
      {value?.events.length === 0 && <p className="text-quiet">{say('matches.none')}</p>}
      <ul className="flex flex-col gap-3 pb-8">
        {value?.events.map((event) => (
          <li key={event.id}>
            <a
              href={placeAddress.match(event.id)}
              className="block rounded-md border border-line bg-raised p-4 hover:bg-sunken"
              onClick={(click) => {
                if (click.metaKey || click.ctrlKey) return;
                click.preventDefault();
                goTo(placeAddress.match(event.id));
              }}
            >
              <MatchFacts event={event} isHeading={false} />
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
