import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { Instant } from '#domain/kernel/instant.ts';
import { rungWord, verdictWord } from '#lane/words.ts';
import type { HistoryEntry } from '#protocol/desk.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { hueOf, VerdictShape } from '#web/ui/verdict-shape.tsx';
import { ActName } from '../parts/act-name.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { usePlaceName } from '../parts/names.ts';
import { Empty, Section } from '../parts/page.tsx';

export function HistoryList({ entries }: { readonly entries: readonly HistoryEntry[] }) {
  const intl = useIntl();
  const clock = useGroundClock();
  return (
    <Section title={intl.formatMessage({ id: 'history.title' })}>
      {entries.length === 0 && (
        <Empty>
          <FormattedMessage id="history.none" />
        </Empty>
      )}
      <ol className="flex flex-col text-sm">
        {entries.map((entry) => (
          <li
            key={`${entry.at} ${keyOf(entry)}`}
            className="flex gap-3 border-line border-b py-1.5"
          >
            <time dateTime={entry.at} className="w-16 shrink-0 text-quiet">
              {clock.seconds(Date.parse(entry.at) as Instant)}
            </time>
            <div className="min-w-0 flex-1">
              <Entry entry={entry} />
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function keyOf(entry: HistoryEntry): string {
  if (entry.kind === 'scan') return `${entry.deviceId} ${entry.scanId}`;
  return entry.kind === 'act' ? entry.act : entry.what;
}

function Entry({ entry }: { readonly entry: HistoryEntry }) {
  if (entry.kind === 'scan') return <ScanEntry entry={entry} />;
  if (entry.kind === 'act') {
    return (
      <>
        <span className="font-semibold">
          <ActName act={entry.act} />
        </span>{' '}
        <span className="text-quiet">
          {entry.actor}
          {entry.reason !== null && ` · ${entry.reason}`}
        </span>
      </>
    );
  }
  return (
    <>
      <span className="font-semibold">
        <FormattedMessage id={`cash.${entry.what}`} />{' '}
        <FormattedNumber
          value={entry.minor / 100}
          style="currency"
          currency={entry.currency}
          currencyDisplay="narrowSymbol"
        />
      </span>{' '}
      <span className="text-quiet">
        {entry.actor} · {entry.reason}
      </span>
    </>
  );
}

function ScanEntry({ entry }: { readonly entry: Extract<HistoryEntry, { kind: 'scan' }> }) {
  const { language } = useLooks();
  const placeName = usePlaceName();
  const { verdict, reason, direction, gate, lane, rung, operator, annulledAt } = entry;
  const hue = hueOf(verdict, reason);
  const word = verdictWord(
    { verdict, reason, next: direction === 'out' ? 'let-out' : 'let-in' },
    language,
  );
  return (
    <>
      <span
        className={joinClasses(
          'inline-flex items-center gap-1.5 font-semibold',
          HUE_TEXT[hue],
          annulledAt !== null && 'line-through',
        )}
      >
        <VerdictShape hue={hue} size={14} />
        {word}
      </span>{' '}
      <span>{placeName(gate, lane)}</span>{' '}
      <span className="text-quiet">
        {entry.deviceId === 'desk' ? (
          <FormattedMessage id="history.by-hand" />
        ) : (
          rungWord(rung, language)
        )}
        {operator !== null && ` · ${operator}`}
        {annulledAt !== null && (
          <>
            {' · '}
            <FormattedMessage id="history.annulled" />
          </>
        )}
      </span>
    </>
  );
}
