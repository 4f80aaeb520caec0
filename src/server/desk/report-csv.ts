import type { NightReport } from '#protocol/desk.ts';

const BOM = '\uFEFF';

/** One fact a line: spreadsheets in Chinese Windows read it as it is. */
export function reportCsv(report: NightReport): string {
  const rows: (readonly [string, string, string | number])[] = [
    ['event', report.event.id, report.event.name['zh-CN']],
    ['event', 'starts_at', report.event.startsAt],
    ['event', 'written_at', report.writtenAt],
    ['event', 'is_final', String(report.isFinal)],
    ...Object.entries(report.tickets).map(([name, n]) => ['tickets', name, n] as const),
    ...Object.entries(report.people).map(([name, n]) => ['people', name, n] as const),
    ...Object.entries(report.entries).map(([name, n]) => ['entries', name, n] as const),
    ['refused', 'forged', report.forged],
    ...Object.entries(report.refused).flatMap(([reason, n]) =>
      reason === 'forged' ? [] : [['refused', reason, n ?? 0] as const],
    ),
    ['peak_minute', report.peaks.minute.from ?? '', report.peaks.minute.people],
    ['peak_quarter', report.peaks.quarter.from ?? '', report.peaks.quarter.people],
    ...report.gates.flatMap((gate) => [
      ['gate_admitted', gate.gate, gate.admitted] as const,
      ['gate_refused', gate.gate, gate.refused] as const,
      ['gate_peak_minute', gate.gate, gate.peakMinute.people] as const,
    ]),
    ...Object.entries(report.conflicts).map(([name, n]) => ['conflicts', name, n] as const),
    ...Object.entries(report.desk).map(([name, n]) => ['desk', name, n] as const),
    ...report.unheard.map(
      ({ deviceId, heardAt, unsent, writtenOff }) =>
        [
          writtenOff === null ? 'unheard' : 'unheard_written_off',
          `${deviceId} ${heardAt ?? ''}`.trim(),
          unsent ?? '',
        ] as const,
    ),
    ...report.cash.map(({ currency, minor }) => ['cash_minor', currency, minor] as const),
  ];
  const lines = [['part', 'name', 'value'], ...rows].map((row) => row.map(cell).join(','));
  return `${BOM}${lines.join('\r\n')}\r\n`;
}

/** RFC 4180; a cell that a spreadsheet would run as a formula is made text, a number is left one. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
