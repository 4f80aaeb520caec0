// The evening so far: entries a minute, refusals below them, doors and kick-off marked. The same numbers
// stand in a table for who cannot see a canvas.
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import uPlot from 'uplot';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Overview } from '#protocol/overview.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';

const HEIGHT = 180;
const MINUTE_MS = 60_000;

type Marks = { readonly at: number; readonly word: string }[];

export function FlowChart({ overview }: { readonly overview: Overview }) {
  const intl = useIntl();
  const { theme } = useLooks();
  const clock = useGroundClock();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const marks = useRef<Marks>([]);
  const { series, event } = overview;
  const from = Date.parse(series.from);
  const words = {
    entered: intl.formatMessage({ id: 'chart.entered' }),
    refused: intl.formatMessage({ id: 'chart.refused' }),
  };
  marks.current = [
    { at: Date.parse(event.doorsAt) / 1_000, word: intl.formatMessage({ id: 'chart.doors' }) },
    { at: Date.parse(event.startsAt) / 1_000, word: intl.formatMessage({ id: 'chart.kick-off' }) },
  ];
  const data: uPlot.AlignedData = [
    series.entered.map((_, index) => (from + index * MINUTE_MS) / 1_000),
    [...series.entered],
    [...series.refused],
  ];
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew for looks alone; data follow below
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const time = (seconds: number) => clock.time((seconds * 1_000) as Instant);
    const made = new uPlot(optionsOf(element.clientWidth, words, marks, time), data, element);
    plot.current = made;
    const resize = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme, intl.locale, clock.time]);
  useEffect(() => plot.current?.setData(data));
  const recent = series.entered.slice(-10);
  return (
    <figure className="flex flex-col gap-2">
      <div ref={box} aria-hidden="true" className="min-w-0" />
      <details className="text-sm">
        <summary className="min-h-6 text-quiet">
          <FormattedMessage id="chart.table" />
        </summary>
        <table className="mt-2">
          <thead>
            <tr className="text-left text-quiet">
              <th scope="col" className="pr-6 font-semibold">
                <FormattedMessage id="chart.minute" />
              </th>
              <th scope="col" className="pr-6 text-right font-semibold">
                {words.entered}
              </th>
              <th scope="col" className="text-right font-semibold">
                {words.refused}
              </th>
            </tr>
          </thead>
          <tbody>
            {recent.map((n, index) => {
              const minute = series.entered.length - recent.length + index;
              return (
                <tr key={minute}>
                  <td className="pr-6">{clock.time((from + minute * MINUTE_MS) as Instant)}</td>
                  <td className="pr-6 text-right">
                    <FormattedNumber value={n} />
                  </td>
                  <td className="text-right">
                    <FormattedNumber value={series.refused[minute] ?? 0} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function optionsOf(
  width: number,
  words: { readonly entered: string; readonly refused: string },
  marks: { readonly current: Marks },
  time: (seconds: number) => string,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: colour('quiet'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { stroke: colour('line'), width: 1 },
    font: '12px system-ui',
  };
  return {
    width,
    height: HEIGHT,
    cursor: { y: false },
    legend: { live: false },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(10, max * 1.1)] } },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map(time) },
      { ...axis, size: 44 },
    ],
    series: [
      {},
      { label: words.entered, stroke: colour('admitted-text'), width: 2, points: { show: false } },
      {
        label: words.refused,
        stroke: colour('refused-text'),
        width: 1.5,
        dash: [5, 3],
        points: { show: false },
      },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, marks.current, colour('accent-text'))] },
  };
}

function drawMarks(plot: uPlot, marks: Marks, colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.font = `${12 * devicePixelRatio}px system-ui`;
  for (const { at, word } of marks) {
    const x = plot.valToPos(at, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    // Beside its line, and inside the chart: at the right edge the word stands before the line.
    const gap = 6 * devicePixelRatio;
    const fits = x + gap + ctx.measureText(word).width <= bbox.left + bbox.width;
    ctx.textAlign = fits ? 'left' : 'right';
    ctx.fillText(word, fits ? x + gap : x - gap, bbox.top + 14 * devicePixelRatio);
  }
  ctx.restore();
}
