import { lazy, Suspense, useState } from 'react';
import type { SaleView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { Choices } from '#web/ui/looks-switch.tsx';
import { useHolding } from '../cart/use-holding.ts';
import { BestChoice } from '../parts/best-choice.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { useAnswer } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';

/** Loaded when somebody asks for it: most people take the best available. */
const OwnChoice = lazy(async () => {
  const { OwnChoice } = await import('../parts/own-choice.tsx');
  return { default: OwnChoice };
});

const WAYS = ['best', 'map', 'list'] as const;
type Way = (typeof WAYS)[number];

export function SeatsPage({ event }: { readonly event: string }) {
  const { value: sale, error, again } = useAnswer<SaleView>(shopPaths.event(event));
  if (sale === null)
    return error === null ? <Waiting /> : <Trouble error={error} onRetry={again} />;
  return <ChooseSeats sale={sale} />;
}

function ChooseSeats({ sale }: { readonly sale: SaleView }) {
  const { say, nameOf } = useWords();
  const [way, setWay] = useState<Way>(
    () => WAYS.find((each) => `#${each}` === location.hash) ?? 'best',
  );
  const holding = useHolding(sale.id);
  return (
    <>
      <div>
        <h1 className="font-semibold text-xl">{say('seats.title')}</h1>
        <p className="text-quiet">{nameOf(sale.name)}</p>
      </div>
      <Choices
        label={say('seats.way')}
        isLabelHidden={true}
        choices={WAYS.map((value) => ({ value, word: say(`seats.${value}`) }))}
        chosen={way}
        onChoose={(next) => {
          history.replaceState(null, '', `#${next}`);
          setWay(next);
        }}
      />
      {holding.error !== null && <Trouble error={holding.error} />}
      {way === 'best' ? (
        <BestChoice sale={sale} holding={holding} />
      ) : (
        <Suspense fallback={<Waiting />}>
          <OwnChoice sale={sale} holding={holding} way={way} />
        </Suspense>
      )}
    </>
  );
}
