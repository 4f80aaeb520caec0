// Rows as a control room reads them: sorted by the address, moved through by j and k, opened by Enter,
// columns chosen and kept, exported as they are shown. Rows never move under the pointer or the focus.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { joinClasses } from '#web/ui/join-classes.ts';
import { downloadCsv } from './csv.ts';
import { useHeldStill } from './held-still.ts';
import { Empty } from './page.tsx';
import { TableSettings, useTableSettings } from './table-settings.tsx';

export type Column<Row> = {
  readonly id: string;
  /** Of the words for its head. */
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** By what it is sorted and as what it is exported. */
  readonly value: (row: Row) => string | number | null;
  readonly isNumber?: boolean;
  /** Left out on a phone, where the rest would be pushed out of sight. */
  readonly isForWide?: boolean;
};

export function DataTable<Row>({
  name,
  label,
  rows: given,
  columns,
  keyOf,
  onOpen,
  empty,
  chosen,
}: {
  /** Under which its settings are kept and its file is saved. */
  readonly name: string;
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly onOpen?: ((row: Row) => void) | undefined;
  readonly empty: ReactNode;
  readonly chosen?: string | null;
}) {
  const intl = useIntl();
  const search = useSearch({ strict: false }) as { readonly sort?: string };
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const settings = useTableSettings(name);
  const [isBusy, setBusy] = useState(false);
  const sorted = sortedBy(given, columns, search.sort);
  const { shown: rows, waiting, release } = useHeldStill(sorted, keyOf, isBusy);
  const visible = columns.filter(({ id }) => !settings.hidden.has(id));
  const sortBy = (id: string) => {
    const sort = search.sort === id ? `-${id}` : search.sort === `-${id}` ? undefined : id;
    void navigate({ to: '.', search: (before: object) => ({ ...before, sort }), replace: true });
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex min-h-8 items-center justify-end gap-2 text-sm">
        {waiting > 0 && (
          <button
            type="button"
            className="mr-auto rounded-md border border-accent px-3 py-1 font-semibold text-accent-text"
            onClick={release}
          >
            <FormattedMessage id="table.new" values={{ n: waiting }} />
          </button>
        )}
        <TableSettings
          columns={columns.map(({ id, head }) => ({ id, word: intl.formatMessage({ id: head }) }))}
          settings={settings}
          onExport={() =>
            downloadCsv(
              name,
              visible.map(({ head }) => intl.formatMessage({ id: head })),
              rows.map((row) => visible.map((column) => column.value(row))),
            )
          }
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="overflow-x-auto" aria-label={label} tabIndex={0}>
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr className="border-line border-b">
              {visible.map((column) => (
                <th
                  key={column.id}
                  scope="col"
                  aria-sort={sortOf(search.sort, column.id)}
                  className={joinClasses(
                    'p-0 align-bottom font-semibold text-quiet',
                    column.isNumber === true ? 'text-right' : 'text-left',
                    column.isForWide === true && 'max-sm:hidden',
                  )}
                >
                  <button
                    type="button"
                    onClick={() => sortBy(column.id)}
                    className={joinClasses(
                      'min-h-8 px-2 hover:text-fg',
                      // Figures are narrow: their heads go on below rather than push others out of sight.
                      column.isNumber === true
                        ? 'break-keep text-right leading-tight'
                        : 'whitespace-nowrap',
                    )}
                  >
                    <FormattedMessage id={column.head} />
                    {sortMark(search.sort, column.id)}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody
            ref={body}
            data-rows
            onPointerEnter={() => setBusy(true)}
            onPointerLeave={() => setBusy(false)}
            onFocus={() => setBusy(true)}
            onBlur={() => setBusy(false)}
          >
            {rows.map((row) => (
              <TableRow
                key={keyOf(row)}
                row={row}
                columns={visible}
                isDense={settings.isDense}
                isChosen={chosen === keyOf(row)}
                onOpen={onOpen}
              />
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <Empty>{empty}</Empty>}
      </section>
    </div>
  );
}

function TableRow<Row>({
  row,
  columns,
  isDense,
  isChosen,
  onOpen,
}: {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly isDense: boolean;
  readonly isChosen: boolean;
  readonly onOpen: ((row: Row) => void) | undefined;
}) {
  return (
    <tr
      data-row
      aria-current={isChosen || undefined}
      tabIndex={0}
      onClick={() => onOpen?.(row)}
      onKeyDown={(event) => openOnEnter(event, () => onOpen?.(row))}
      className={joinClasses(
        'border-line border-b focus-visible:-outline-offset-2',
        onOpen !== undefined && 'cursor-pointer hover:bg-sunken',
        isChosen && 'bg-sunken',
      )}
    >
      {columns.map((column) => (
        <td
          key={column.id}
          className={joinClasses(
            'align-baseline',
            isDense ? 'py-1' : 'py-2',
            'px-2',
            column.isNumber === true && 'text-right',
            column.isForWide === true && 'max-sm:hidden',
          )}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function openOnEnter(event: KeyboardEvent, open: () => void): void {
  if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
  event.preventDefault();
  open();
}

function sortOf(sort: string | undefined, id: string): 'ascending' | 'descending' | undefined {
  if (sort === id) return 'ascending';
  return sort === `-${id}` ? 'descending' : undefined;
}

function sortMark(sort: string | undefined, id: string): string {
  return sort === id ? ' ↑' : sort === `-${id}` ? ' ↓' : '';
}

const collator = new Intl.Collator('zh-CN', { numeric: true });

function sortedBy<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: string | undefined,
): readonly Row[] {
  const isDown = sort?.startsWith('-') === true;
  const column = columns.find(({ id }) => id === (isDown ? sort?.slice(1) : sort));
  if (column === undefined) return rows;
  return rows.toSorted((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    // What is not known stands last, whichever way.
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : collator.compare(String(left), String(right));
    return isDown ? -order : order;
  });
}
