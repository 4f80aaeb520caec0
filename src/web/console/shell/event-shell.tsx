import { Outlet, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { OverviewFeed, useLive } from '../live/overview-feed.tsx';
import { EventBar } from './event-bar.tsx';
import { useKeys } from './keys.ts';
import { KeysSheet } from './keys-sheet.tsx';
import { Navigation } from './navigation.tsx';
import { Palette } from './palette.tsx';

/** Around every page of one match: where one is, how it goes, and how to get elsewhere. */
export function EventShell() {
  const { event = '' } = useParams({ strict: false });
  return (
    <OverviewFeed event={event}>
      <Shell event={event} />
    </OverviewFeed>
  );
}

function Shell({ event }: { readonly event: string }) {
  const { togglePause } = useLive();
  const [open, setOpen] = useState<'palette' | 'sheet' | null>(null);
  const acts = useMemo(
    () => ({
      openPalette: () => setOpen('palette'),
      toggleSheet: () => setOpen((before) => (before === 'sheet' ? null : 'sheet')),
      togglePause,
    }),
    [togglePause],
  );
  useKeys(event, acts);
  const close = () => setOpen(null);
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:bg-raised focus:p-3"
      >
        <FormattedMessage id="console.skip" />
      </a>
      <EventBar event={event} onPalette={acts.openPalette} onSheet={acts.toggleSheet} />
      <div className="flex flex-1 flex-col md:flex-row">
        <Navigation event={event} />
        <main id="page" tabIndex={-1} className="min-w-0 flex-1 scroll-mt-24 p-4 outline-none">
          <Outlet />
        </main>
      </div>
      <Palette event={event} isOpen={open === 'palette'} onClose={close} />
      <KeysSheet isOpen={open === 'sheet'} onClose={close} />
    </div>
  );
}
