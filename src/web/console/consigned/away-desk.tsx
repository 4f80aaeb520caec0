// The console was opened, and its hub does not answer: nobody can be signed in, and what was counted out to this desk
// is sold all the same.
import type { ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import { LooksSwitch } from '#web/ui/looks-switch.tsx';
import { PrinterBar } from '../sell/printer-bar.tsx';
import { useSlips } from '../sell/use-slips.ts';
import { AwaySale } from './away-sale.tsx';
import { useConsigned } from './use-consigned.ts';

/** @param otherwise - shown where nothing was counted out to this desk */
export function AwayDesk({ otherwise }: { readonly otherwise: ReactNode }) {
  const consigned = useConsigned();
  const event = consigned.kept.tickets.at(-1)?.event ?? '';
  const slips = useSlips(event);
  if (!consigned.isLoaded) return null;
  if (event === '') return otherwise;
  return (
    <main className="mx-auto flex max-w-6xl flex-col gap-4 p-4">
      <header className="flex items-center justify-between gap-4">
        <h1 className="font-semibold text-lg">
          <FormattedMessage id="place.sell" />
        </h1>
        <LooksSwitch />
      </header>
      <div className="grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <AwaySale event={event} consigned={consigned} slips={slips} />
        <PrinterBar slips={slips} />
      </div>
    </main>
  );
}
