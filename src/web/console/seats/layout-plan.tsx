import { type PointerEvent, useRef } from 'react';
import { FormattedMessage } from 'react-intl';
import type { GroundLayout, LayoutSection } from '#domain/seating/ground-layout.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { type Hue, VerdictShape } from '#web/ui/verdict-shape.tsx';
import { HUE_FILL, HUE_STROKE } from '../ground/gate-hue.ts';

const MARGIN_METRES = 6;

/**
 * The ground from above, section by section. Whoever reads by ear or keyboard has the table of sections beside
 * it, which says and chooses the same; so this is a picture.
 */
export function LayoutPlan({
  layout,
  chosen,
  hueOf,
  onChoose,
  onDrag,
}: {
  readonly layout: GroundLayout;
  readonly chosen: string | null;
  readonly hueOf: (section: string) => Hue;
  readonly onChoose: (section: string) => void;
  /** Metres since the last call; null: sections may not be moved here. */
  readonly onDrag: ((section: string, east: number, south: number) => void) | null;
}) {
  const { length, width } = layout.pitch;
  return (
    <div>
      <svg
        viewBox={boundsOf(layout)}
        className="max-h-[70dvh] w-full touch-none"
        aria-hidden="true"
      >
        <rect
          x={-width / 2}
          y={-length / 2}
          width={width}
          height={length}
          className="fill-sunken stroke-line"
          strokeWidth="0.8"
        />
        <path d={`M${-width / 2} 0h${width}`} className="fill-none stroke-line" strokeWidth="0.8" />
        <circle r="9.15" className="fill-none stroke-line" strokeWidth="0.8" />
        {layout.sections.map((section) => (
          <Area
            key={section.id}
            section={section}
            hue={hueOf(section.id)}
            isChosen={section.id === chosen}
            onChoose={onChoose}
            onDrag={onDrag}
          />
        ))}
      </svg>
      <ul className="mt-2 flex flex-wrap justify-center gap-x-4 gap-y-1 text-quiet text-xs">
        {(
          [
            ['admitted', 'seats.legend-places'],
            ['refer', 'seats.legend-limited'],
            ['refused', 'seats.legend-none'],
          ] as const
        ).map(([hue, word]) => (
          <li key={word} className="flex items-center gap-1">
            <span className={HUE_TEXT[hue]}>
              <VerdictShape hue={hue} size={12} />
            </span>
            <FormattedMessage id={word} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Area({
  section,
  hue,
  isChosen,
  onChoose,
  onDrag,
}: {
  readonly section: LayoutSection;
  readonly hue: Hue;
  readonly isChosen: boolean;
  readonly onChoose: (section: string) => void;
  readonly onDrag: ((section: string, east: number, south: number) => void) | null;
}) {
  const held = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const { polygon } = section;
  const points = pairs(polygon);
  const middle = points.reduce(
    (sum, [x, y]) => [sum[0] + x / points.length, sum[1] + y / points.length] as const,
    [0, 0] as readonly [number, number],
  );
  const grab = (event: PointerEvent<SVGGElement>) => {
    onChoose(section.id);
    if (onDrag === null) return;
    held.current = metresAt(event);
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent<SVGGElement>) => {
    if (held.current === null || onDrag === null) return;
    const at = metresAt(event);
    onDrag(section.id, at.x - held.current.x, at.y - held.current.y);
    held.current = at;
  };
  const drop = () => {
    held.current = null;
  };
  return (
    <g
      onPointerDown={grab}
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={drop}
      className={joinClasses('cursor-pointer', isChosen && onDrag !== null && 'cursor-move')}
    >
      <polygon
        points={points.map((point) => point.join(',')).join(' ')}
        className={joinClasses(HUE_FILL[hue], HUE_STROKE[hue])}
        fillOpacity={isChosen ? 0.45 : 0.16}
        strokeWidth={isChosen ? 1.6 : 0.5}
        // What is standing room is dashed: it is sold by number, not by seat.
        strokeDasharray={section.kind === 'standing' ? '2 1.4' : undefined}
      />
      <text
        x={middle[0]}
        y={middle[1]}
        className="pointer-events-none fill-fg font-semibold"
        fontSize="4.4"
        textAnchor="middle"
        dominantBaseline="middle"
      >
        {section.id}
      </text>
      {hue !== 'admitted' && (
        <g
          transform={`translate(${middle[0] - 2.2} ${middle[1] - 8})`}
          className={joinClasses('pointer-events-none', HUE_TEXT[hue])}
        >
          <VerdictShape hue={hue} size={4.4} />
        </g>
      )}
    </g>
  );
}

function metresAt(event: PointerEvent<SVGGElement>): { x: number; y: number } {
  const matrix = event.currentTarget.getScreenCTM();
  const point = new DOMPoint(event.clientX, event.clientY);
  const { x, y } = matrix === null ? point : point.matrixTransform(matrix.inverse());
  return { x, y };
}

function pairs(polygon: readonly number[]): [x: number, y: number][] {
  return Array.from({ length: polygon.length / 2 }, (_, at) => [
    polygon[at * 2] ?? 0,
    polygon[at * 2 + 1] ?? 0,
  ]);
}

function boundsOf(layout: GroundLayout): string {
  const points = layout.sections.flatMap(({ polygon }) => pairs(polygon));
  const reach = [layout.pitch.width / 2, layout.pitch.length / 2] as const;
  const xs = [...points.map(([x]) => x), -reach[0], reach[0]];
  const ys = [...points.map(([, y]) => y), -reach[1], reach[1]];
  const [left, top] = [Math.min(...xs) - MARGIN_METRES, Math.min(...ys) - MARGIN_METRES];
  const [right, bottom] = [Math.max(...xs) + MARGIN_METRES, Math.max(...ys) + MARGIN_METRES];
  return `${left} ${top} ${right - left} ${bottom - top}`;
}
