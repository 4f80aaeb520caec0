import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { z } from 'zod';
import type { Instant } from '#domain/kernel/instant.ts';
import type { auditPage, auditVerdict } from '#protocol/access.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { ask } from '../api.ts';
import { ActName } from '../parts/act-name.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { PageHead } from '../parts/page.tsx';

type Page = z.infer<typeof auditPage>;
type Act = Page['entries'][number];

/** What people did, the latest first, and proof that nothing of it was changed since. */
export function AuditPage() {
  const intl = useIntl();
  const [text, setText] = useState('');
  const q = useSettled(text.trim());
  const pages = useInfiniteQuery({
    queryKey: ['audit', q],
    queryFn: ({ pageParam }) => ask<Page>(`/audit?${queryOf(q, pageParam)}`),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    // What was found before stays until what is found now is there: nothing jumps.
    placeholderData: keepPreviousData,
  });
  const verify = useMutation({
    mutationFn: () => ask<z.infer<typeof auditVerdict>>('/audit/verify'),
  });
  const rows = (pages.data?.pages ?? []).flatMap(({ entries }) => entries);
  return (
    <>
      <PageHead id="place.audit">
        <Button size="small" isBusy={verify.isPending} onClick={() => verify.mutate()}>
          <FormattedMessage id="audit.verify" />
        </Button>
      </PageHead>
      <div className="flex flex-col gap-3">
        <Failure error={pages.error ?? verify.error} />
        {verify.data !== undefined && (
          <Notice
            hue={verify.data.isWhole ? 'admitted' : 'refused'}
            isUrgent={!verify.data.isWhole}
          >
            <FormattedMessage
              id={verify.data.isWhole ? 'audit.whole' : 'audit.broken'}
              values={{ n: verify.data.entries, why: verify.data.broken?.why ?? '' }}
            />
          </Notice>
        )}
        <div className="max-w-md">
          <Field
            data-search
            label={intl.formatMessage({ id: 'audit.filter' })}
            hint={intl.formatMessage({ id: 'audit.filter-hint' })}
            type="search"
            autoComplete="off"
            maxLength={100}
            value={text}
            onChange={(changed) => setText(changed.target.value)}
          />
        </div>
        <DataTable
          name="audit"
          label={intl.formatMessage({ id: 'place.audit' })}
          rows={rows}
          columns={useColumns()}
          keyOf={({ node, seq }) => `${node} ${seq}`}
          empty={<FormattedMessage id="audit.none" />}
        />
        {pages.hasNextPage && (
          <Button onClick={() => void pages.fetchNextPage()} isBusy={pages.isFetchingNextPage}>
            <FormattedMessage id="audit.more" />
          </Button>
        )}
      </div>
    </>
  );
}

function queryOf(q: string, after: string): string {
  const query = new URLSearchParams({ order: 'newest' });
  if (q !== '') query.set('q', q);
  if (after !== '') query.set('after', after);
  return query.toString();
}

const TYPING_MS = 300;

/** The value once it has been left alone for a moment: not every key asks the server. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What is written beside an act, name by name; as it is written where it is not an object. */
function Detail({ text }: { readonly text: string }) {
  const clock = useGroundClock();
  let parts: readonly (readonly [string, unknown])[];
  try {
    parts = Object.entries(JSON.parse(text) as object);
  } catch {
    parts = [['', text]];
  }
  return (
    <span className="break-words text-quiet text-xs">
      {parts
        .filter(([, value]) => value !== null && value !== false)
        .map(([name, value]) => {
          const isTime = typeof value === 'number' && /(At|until)$/.test(name);
          return `${name} ${isTime ? clock.time(value as Instant) : wordOf(value)}`;
        })
        .join(' · ')}
    </span>
  );
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(wordOf).join(', ');
  return value === true ? '✓' : JSON.stringify(value);
}

function useColumns(): readonly Column<Act>[] {
  const clock = useGroundClock();
  return [
    {
      id: 'at',
      head: 'audit.at',
      value: ({ at }) => at,
      cell: ({ at }) => (
        <span className="whitespace-nowrap">
          {clock.day(Date.parse(at) as Instant)} {clock.seconds(Date.parse(at) as Instant)}
        </span>
      ),
    },
    { id: 'actor', head: 'audit.actor', value: ({ actor }) => actor, cell: ({ actor }) => actor },
    {
      id: 'act',
      head: 'audit.act',
      value: ({ act }) => act,
      cell: ({ act }) => (
        <span className="whitespace-nowrap" title={act}>
          <span className="font-semibold">
            <ActName act={act} />
          </span>
        </span>
      ),
    },
    {
      id: 'subject',
      head: 'audit.subject',
      value: ({ subject }) => subject,
      // Whole where it is a name; only what is longer than any name is broken.
      cell: ({ subject }) => (
        <span className={subject.length > 40 ? 'break-all' : 'whitespace-nowrap'}>{subject}</span>
      ),
    },
    {
      id: 'detail',
      head: 'audit.detail',
      value: ({ detail }) => detail,
      cell: ({ detail }) => <Detail text={detail} />,
    },
  ];
}
