import { charactersOf, fontsFor } from './fonts.ts';
import { clockTime, dateLine } from './local-time.ts';
import { drawMark } from './mark.ts';
import { finish, GREY, INK, newDocument, PAGE_SIZES, Pen } from './pen.ts';
import { bothLanguages } from './seat-line.ts';
import type { Localized, Paper } from './ticket-face.ts';

/** A page of figures under headings, for whoever answers for the night. */
export type ReportPage = {
  readonly title: Localized;
  readonly event: Localized;
  readonly startsAt: number;
  readonly writtenAt: number;
  readonly timeZone: string;
  /** What has to be known before the figures are believed; null when nothing has. */
  readonly caution: Localized | null;
  readonly parts: readonly ReportPart[];
};

export type ReportPart = {
  readonly heading: Localized;
  readonly rows: readonly (readonly [label: Localized, value: string, beside?: string])[];
};

const { width: PAGE_WIDTH, height: PAGE_HEIGHT } = PAGE_SIZES.A4;
const MARGIN = 44;
const GUTTER = 28;
const COLUMN = (PAGE_WIDTH - 2 * MARGIN - GUTTER) / 2;
const TOP = 150;
const BOTTOM = PAGE_HEIGHT - 50;
const ROW = 16;
const HEADING = 26;
const TEXT = { size: 9.5, color: INK } as const;

export async function reportPdf(report: ReportPage): Promise<Paper> {
  const fonts = await fontsFor(charactersOf([report, '年月日周一二三四五六编制于开球', DIGITS]));
  const pen = new Pen(
    newDocument({ title: bothLanguages(report.title), printedAt: report.writtenAt }),
    fonts,
  );
  let column = 1;
  let y = BOTTOM + 1;
  for (const part of report.parts) {
    // A heading never stands alone at the foot of a column.
    let isBegun = false;
    for (const row of part.rows) {
      const room = isBegun ? ROW : HEADING + ROW;
      if (y + room > BOTTOM) {
        column = column === 0 ? 1 : 0;
        if (column === 0) drawHead(pen, report);
        y = TOP;
      }
      const x = MARGIN + column * (COLUMN + GUTTER);
      if (!isBegun) {
        y += HEADING;
        pen.write(bothLanguages(part.heading, ' · '), x, y - 7, { size: 12, weight: 'bold' });
        pen.rule(x, y - 1, COLUMN, INK, 0.8);
        isBegun = true;
      }
      y += ROW;
      drawRow(pen, row, x, y);
    }
  }
  return { bytes: await finish(pen.doc), missing: [...fonts.missing] };
}

const DIGITS = '0123456789,.:%¥–+- ';

function drawRow(
  pen: Pen,
  [label, value, beside]: ReportPart['rows'][number],
  x: number,
  y: number,
) {
  const right = x + COLUMN;
  const valueWidth = pen.width(value, { ...TEXT, weight: 'bold' });
  pen.write(value, right, y - 4, { ...TEXT, weight: 'bold', align: 'right' });
  const besideWidth = beside === undefined || beside === '' ? 0 : pen.width(beside, TEXT) + 10;
  if (beside !== undefined && beside !== '') {
    pen.write(beside, right - valueWidth - 10, y - 4, { ...TEXT, color: GREY, align: 'right' });
  }
  const room = COLUMN - valueWidth - besideWidth - 12;
  pen.write(pen.shortened(bothLanguages(label, ' '), TEXT, room), x, y - 4, TEXT);
  pen.rule(x, y, COLUMN);
}

function drawHead(pen: Pen, { title, event, startsAt, writtenAt, timeZone, caution }: ReportPage) {
  pen.page('A4');
  const right = PAGE_WIDTH - MARGIN;
  drawMark(pen, MARGIN, 40, 30);
  pen.write(bothLanguages(title, ' · '), MARGIN + 42, 62, { size: 22, weight: 'bold' });
  const date = dateLine(startsAt, timeZone);
  pen.write(`${bothLanguages(event, ' · ')}`, MARGIN, 96, { size: 13, weight: 'bold' });
  pen.write(
    `${date['zh-CN']} · ${date.en} · 开球 Kick-off ${clockTime(startsAt, timeZone)}`,
    MARGIN,
    113,
    {
      size: 9.5,
      color: GREY,
    },
  );
  pen.write(`编制于 written ${clockTime(writtenAt, timeZone)}`, right, 62, {
    size: 9.5,
    color: GREY,
    align: 'right',
  });
  if (caution !== null) {
    pen.write(bothLanguages(caution, ' · '), MARGIN, 132, { size: 9.5, weight: 'bold' });
  }
  pen.rule(MARGIN, 140, PAGE_WIDTH - 2 * MARGIN, INK, 1.2);
}
