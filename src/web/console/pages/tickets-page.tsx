import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { PageHead } from '../parts/page.tsx';
import type { Search } from '../router.tsx';
import { TicketPanel } from '../tickets/ticket-panel.tsx';
import { TicketSearch } from '../tickets/ticket-search.tsx';

/** Any ticket, found and opened. */
export function TicketsPage() {
  const { event = '' } = useParams({ strict: false });
  const { ref } = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const open = (chosen: string | undefined) =>
    void navigate({ to: '.', search: (before: Search) => ({ ...before, ref: chosen }) });
  return (
    <>
      <PageHead id="place.tickets" />
      <TicketSearch
        event={event}
        chosen={ref ?? null}
        onOpen={open}
        beside={
          ref !== undefined && (
            <TicketPanel event={event} reference={ref} onClose={() => open(undefined)} />
          )
        }
      />
    </>
  );
}
