import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { Reason } from '#domain/entry/verdict.ts';
import { verdictWord } from '#lane/words.ts';
import type { NightReport } from '#protocol/desk.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { ask, at } from '../api.ts';
import { UnheardDevices } from '../desk/unheard-devices.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { useLocalized } from '../parts/names.ts';
import { PageHead, Section } from '../parts/page.tsx';
import { Waiting } from '../parts/waiting.tsx';

/** What the night came to, on a page, as PDF and as CSV. */
export function ReportPage() {
  const { event = '' } = useParams({ strict: false });
  const report = useQuery({
    queryKey: ['report', event],
    queryFn: () => ask<NightReport>(at`/events/${event}/report`),
    staleTime: 15_000,
  });
  const file = (format: string) => `/api/v1${at`/events/${event}/report`}?format=${format}`;
  return (
    <>
      <PageHead id="place.report">
        {(['pdf', 'csv'] as const).map((format) => (
          <a
            key={format}
            href={file(format)}
            className="inline-flex min-h-8 items-center rounded-md border border-line bg-raised px-3 font-semibold text-sm hover:bg-sunken"
          >
            {format.toUpperCase()}
          </a>
        ))}
      </PageHead>
      <Failure error={report.error} />
      {report.data === undefined ? (
        report.isPending && <Waiting />
      ) : (
        <Report report={report.data} event={event} onChange={() => void report.refetch()} />
      )}
    </>
  );
}

function Report({
  report,
  event,
  onChange,
}: {
  readonly report: NightReport;
  readonly event: string;
  readonly onChange: () => void;
}) {
  const intl = useIntl();
  const { language } = useLooks();
  const clock = useGroundClock();
  const number = (n: number) => <FormattedNumber value={n} />;
  const peak = ({ people, from }: Peak) => (
    <>
      {number(people)} <span className="font-normal text-quiet">{clock.of(from)}</span>
    </>
  );
  const refused = Object.entries(report.refused).sort(([, a], [, b]) => (b ?? 0) - (a ?? 0));
  return (
    <div className="flex flex-col gap-4">
      {(!report.isFinal || report.unheard.length > 0) && (
        <Notice hue={report.isFinal ? 'unknown' : 'refer'}>
          <FormattedMessage
            id={report.isFinal ? 'report.final-without' : 'report.not-final'}
            values={{ n: report.unheard.length }}
          />
        </Notice>
      )}
      <UnheardDevices event={event} unheard={report.unheard} onChange={onChange} />
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2 xl:grid-cols-3">
        <Block
          title={intl.formatMessage({ id: 'report.tickets' })}
          rows={[
            ['report.sold', number(report.tickets.sold)],
            ['report.used', number(report.tickets.used)],
            ['report.unused', number(report.tickets.unused)],
            ['report.admitted', number(report.people.admitted)],
            ['report.left', number(report.people.left)],
            ['report.inside', number(report.people.inside)],
          ]}
        />
        <Block
          title={intl.formatMessage({ id: 'report.how' })}
          rows={[
            ['report.exact', number(report.entries.exact - report.entries.byHand)],
            ['report.provisional', number(report.entries.provisional)],
            ['report.by-hand', number(report.entries.byHand)],
            ['report.without', number(report.entries.withoutTicket)],
            ['report.annulled', number(report.entries.annulled)],
            ['report.minute', peak(report.peaks.minute)],
            ['report.quarter', peak(report.peaks.quarter)],
          ]}
        />
        <Block
          title={intl.formatMessage({ id: 'report.after' })}
          rows={[
            ['report.forged', number(report.forged)],
            ['report.conflicts', number(report.conflicts.all)],
            ['report.conflicts-open', number(report.conflicts.open)],
            ['report.reissued', number(report.desk.reissued)],
            ['report.blocked', number(report.desk.blocked)],
            ...report.cash.map(
              ({ currency, minor }) =>
                [
                  'report.cash',
                  <FormattedNumber
                    key={currency}
                    value={minor / 100}
                    style="currency"
                    currency={currency}
                    currencyDisplay="narrowSymbol"
                  />,
                ] as const,
            ),
          ]}
        />
        <Section title={intl.formatMessage({ id: 'report.refused' })}>
          <Rows
            rows={refused.map(([reason, n]) => [
              verdictWord(
                { verdict: 'refused', reason: reason as Reason, next: 'send-to-desk' },
                language,
              ),
              number(n ?? 0),
            ])}
          />
        </Section>
        <Gates report={report} peak={peak} />
      </div>
    </div>
  );
}

type Peak = NightReport['peaks']['minute'];

function Gates({
  report,
  peak,
}: {
  readonly report: NightReport;
  readonly peak: (peak: Peak) => ReactNode;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const heads = ['gates.gate', 'gates.admitted', 'gates.refused', 'report.minute'];
  return (
    <div className="md:col-span-2">
      <Section title={intl.formatMessage({ id: 'report.gates' })}>
        <table className="w-full text-sm">
          <thead>
            <tr className="border-line border-b text-left text-quiet">
              {heads.map((id, index) => (
                <th
                  key={id}
                  scope="col"
                  className={index === 0 ? 'font-semibold' : 'text-right font-semibold'}
                >
                  <FormattedMessage id={id} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.gates.map(({ gate, name, admitted, refused, peakMinute }) => (
              <tr key={gate} className="border-line border-b">
                <td className="py-1">
                  <span className="font-semibold">{gate}</span> {localized(name)}
                </td>
                <td className="text-right">{intl.formatNumber(admitted)}</td>
                <td className="text-right">{intl.formatNumber(refused)}</td>
                <td className="text-right">{peak(peakMinute)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </div>
  );
}

function Block({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly (readonly [word: string, value: ReactNode])[];
}) {
  const intl = useIntl();
  return (
    <Section title={title}>
      <Rows rows={rows.map(([id, value]) => [intl.formatMessage({ id }), value])} />
    </Section>
  );
}

function Rows({
  rows,
}: {
  readonly rows: readonly (readonly [label: string, value: ReactNode])[];
}) {
  return (
    <dl className="flex flex-col text-sm">
      {rows.map(([label, value]) => (
        <div key={label} className="flex justify-between gap-3 border-line border-b py-1">
          <dt>{label}</dt>
          <dd className="font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
