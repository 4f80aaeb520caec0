// Addresses of the console. Everything that is chosen on a page (filter, order, what is open) is in its
// address, so that a link shows a colleague the same.
import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { AccountsPage } from './pages/accounts-page.tsx';
import { AuditPage } from './pages/audit-page.tsx';
import { CallsPage } from './pages/calls-page.tsx';
import { ConflictsPage } from './pages/conflicts-page.tsx';
import { ControlsPage } from './pages/controls-page.tsx';
import { DeskPage } from './pages/desk-page.tsx';
import { DevicesPage } from './pages/devices-page.tsx';
import { EvacuationPage } from './pages/evacuation-page.tsx';
import { EventsPage } from './pages/events-page.tsx';
import { GroundPage } from './pages/ground-page.tsx';
import { OwnPage } from './pages/own-page.tsx';
import { ReportPage } from './pages/report-page.tsx';
import { SeatsPage } from './pages/seats-page.tsx';
import { SellPage } from './pages/sell-page.tsx';
import { TicketsPage } from './pages/tickets-page.tsx';
import { EventShell } from './shell/event-shell.tsx';
import { NotFound } from './shell/not-found.tsx';

/** What addresses may carry after `?`. */
export type Search = {
  readonly gate?: string | undefined;
  readonly ref?: string | undefined;
  readonly q?: string | undefined;
  readonly state?: string | undefined;
  readonly sort?: string | undefined;
  readonly tab?: string | undefined;
};
const NAMES = ['gate', 'ref', 'q', 'state', 'sort', 'tab'] as const;

/** Whatever else is in the address is left out; a number is taken for its digits. */
function validateSearch(search: Record<string, unknown>): Search {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = search[name];
      const isText = typeof value === 'string' || typeof value === 'number';
      return isText && String(value) !== '' ? [[name, String(value).slice(0, 256)]] : [];
    }),
  );
}

const root = createRootRoute({ notFoundComponent: NotFound });
const events = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: EventsPage,
  validateSearch,
});
const event = createRoute({
  getParentRoute: () => root,
  path: '/e/$event',
  component: EventShell,
  validateSearch,
});
const eventHome = createRoute({
  getParentRoute: () => event,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/e/$event/ground', params });
  },
});

function page<Path extends string>(path: Path, component: () => React.ReactNode) {
  return createRoute({ getParentRoute: () => event, path, component, validateSearch });
}

const tree = root.addChildren([
  events,
  event.addChildren([
    eventHome,
    page('/ground', GroundPage),
    page('/controls', ControlsPage),
    page('/calls', CallsPage),
    page('/evacuation', EvacuationPage),
    page('/tickets', TicketsPage),
    page('/conflicts', ConflictsPage),
    page('/devices', DevicesPage),
    page('/sell', SellPage),
    page('/desk', DeskPage),
    page('/seats', SeatsPage),
    page('/report', ReportPage),
    page('/audit', AuditPage),
    page('/accounts', AccountsPage),
    page('/me', OwnPage),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  basepath: '/console',
  defaultPreload: false,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
