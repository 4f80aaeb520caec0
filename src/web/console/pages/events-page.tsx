import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Instant } from '#domain/kernel/instant.ts';
import { groundTime } from '#web/ui/ground-time.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { Mark } from '#web/ui/mark.tsx';
import { ask } from '../api.ts';
import { Failure } from '../parts/failure.tsx';
import { useLocalized } from '../parts/names.ts';
import { Empty } from '../parts/page.tsx';

type EventRow = {
  readonly id: string;
  readonly status: string;
  readonly name: { readonly 'zh-CN': string; readonly en: string };
  readonly startsAt: string;
  readonly timeZone: string;
};

/** Which match. With one open, it goes there by itself. */
export function EventsPage() {
  const intl = useIntl();
  const navigate = useNavigate();
  const localized = useLocalized();
  const { language } = useLooks();
  const events = useQuery({
    queryKey: ['events'],
    queryFn: () => ask<{ events: readonly EventRow[] }>('/events'),
  });
  const all = events.data?.events ?? [];
  const open = all.filter(({ status }) => status === 'open');
  const only = open.length === 1 ? open[0]?.id : undefined;
  const isFirstVisit = !sessionStorage.getItem('kaimen.chosen');
  useEffect(() => {
    document.title = intl.formatMessage({ id: 'console.title' });
    if (only === undefined || !isFirstVisit) return;
    sessionStorage.setItem('kaimen.chosen', 'yes');
    void navigate({ to: '/e/$event/ground', params: { event: only }, replace: true });
  }, [only, isFirstVisit, navigate, intl]);
  return (
    <main className="mx-auto flex max-w-2xl flex-col gap-4 p-6">
      <header className="flex items-center gap-3">
        <span className="text-accent">
          <Mark size={28} />
        </span>
        <h1 className="font-semibold text-lg">
          <FormattedMessage id="events.title" />
        </h1>
      </header>
      <Failure error={events.error} />
      <ul className="flex flex-col">
        {all.map(({ id, name, status, startsAt, timeZone }) => (
          <li key={id} className="border-line border-b">
            <Link
              to="/e/$event/ground"
              params={{ event: id }}
              className="flex flex-wrap items-baseline gap-x-4 rounded-md px-2 py-3 hover:bg-sunken"
            >
              <span className="font-semibold">{localized(name)}</span>
              <span className="text-quiet text-sm">
                {groundTime(timeZone, language).whole(Date.parse(startsAt) as Instant)}
              </span>
              <span className="ml-auto text-sm">
                <FormattedMessage id={`status.${status}`} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {events.isSuccess && all.length === 0 && (
        <Empty>
          <FormattedMessage id="events.none" />
        </Empty>
      )}
    </main>
  );
}
