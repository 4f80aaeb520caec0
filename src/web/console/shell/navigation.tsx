import { Link } from '@tanstack/react-router';
import { FormattedMessage, useIntl } from 'react-intl';
import { useLive } from '../live/overview-feed.tsx';
import { useSession } from '../session.tsx';
import { PLACES } from './places.ts';

const GROUPS = ['now', 'people', 'after'] as const;

/** A column on a desk, a strip on a phone. */
export function Navigation({ event }: { readonly event: string }) {
  const intl = useIntl();
  const session = useSession();
  const { overview } = useLive();
  const count = (path: string): number => {
    if (overview === null) return 0;
    if (path === 'conflicts') return overview.totals.openConflicts;
    if (path === 'calls') return overview.attention.filter(isCall).length;
    return 0;
  };
  return (
    <nav
      aria-label={intl.formatMessage({ id: 'console.places' })}
      className="flex shrink-0 gap-1 overflow-x-auto border-line border-b px-2 py-1 md:sticky md:top-12 md:min-h-[calc(100dvh-3rem)] md:w-44 md:flex-col md:self-start md:gap-4 md:overflow-visible md:border-r md:border-b-0 md:px-2 md:py-3"
    >
      {GROUPS.map((group) => (
        <ul key={group} className="flex gap-1 md:flex-col md:gap-0">
          {PLACES.filter((place) => place.group === group && session.may(place.needs)).map(
            ({ path, word, key }) => (
              <li key={path}>
                <Link
                  to={`/e/$event/${path}`}
                  params={{ event }}
                  className="flex min-h-9 items-center gap-2 whitespace-nowrap rounded-md px-2 text-sm hover:bg-sunken md:min-h-8"
                  activeProps={{ className: 'bg-sunken font-semibold', 'aria-current': 'page' }}
                >
                  <FormattedMessage id={word} />
                  {count(path) > 0 && (
                    <span className="rounded-full bg-fg px-1.5 font-semibold text-ground text-xs">
                      {count(path)}
                    </span>
                  )}
                  <kbd className="ml-auto hidden text-quiet text-xs md:inline">g {key}</kbd>
                </Link>
              </li>
            ),
          )}
        </ul>
      ))}
    </nav>
  );
}

function isCall({ kind }: { readonly kind: string }): boolean {
  return kind.startsWith('call-');
}
