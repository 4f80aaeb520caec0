import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { LayoutSeat, LayoutSection, SeatFlag } from '#domain/seating/ground-layout.ts';
import type { Move } from '#domain/seating/move-section.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Section } from '../parts/page.tsx';

/** One section: its seats as they stand, and where it stands itself. */
export function SectionPanel({
  section,
  onMove,
  onClose,
}: {
  readonly section: LayoutSection;
  /** null: may not be moved by whoever looks at it. */
  readonly onMove: ((move: Move) => void) | null;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const aside = (
    <Button kind="quiet" size="small" onClick={onClose}>
      <FormattedMessage id="seats.close" />
    </Button>
  );
  return (
    <Section
      title={intl.formatMessage({ id: 'seats.of-section' }, { id: section.id })}
      aside={aside}
    >
      <p className="text-sm">
        {section.kind === 'standing' ? (
          <FormattedMessage id="seats.standing" values={{ n: section.capacity }} />
        ) : (
          <FormattedMessage
            id="seats.rows"
            values={{
              rows: section.rows.length,
              seats: section.rows.reduce((sum, { seats }) => sum + seats.length, 0),
            }}
          />
        )}
      </p>
      {section.kind === 'seats' && <Seats rows={section.rows} />}
      {onMove !== null && <Placing key={section.id} onMove={onMove} />}
    </Section>
  );
}

const KINDS = ['wheelchair', 'companion', 'restricted', 'away'] as const;
type Kind = (typeof KINDS)[number] | 'ordinary';

function kindOf({ flags = [] }: LayoutSeat): Kind {
  return KINDS.find((kind) => flags.includes(kind as SeatFlag)) ?? 'ordinary';
}

/** As they stand: from the pitch outwards, turned so that the first row is at the bottom. */
function Seats({ rows }: { readonly rows: Extract<LayoutSection, { kind: 'seats' }>['rows'] }) {
  const intl = useIntl();
  const widest = Math.max(...rows.map(({ seats }) => placesIn(seats)));
  const kinds = new Set(rows.flatMap(({ seats }) => seats.map(kindOf)));
  const marks = rows.flatMap(({ seats }, row) => {
    let x = (widest - placesIn(seats)) / 2;
    return seats.map((seat) => {
      const at = { x: x + 0.5, y: rows.length - row - 0.5 };
      x += seat.aisleAfter === true ? 2 : 1;
      return { id: `${row} ${seat.id}`, kind: kindOf(seat), ...at };
    });
  });
  return (
    <>
      <svg
        viewBox={`0 0 ${widest} ${rows.length}`}
        className="max-h-72 w-full"
        role="img"
        aria-label={[...kinds]
          .map((kind) => intl.formatMessage({ id: `seats.${kind}` }))
          .join(', ')}
      >
        {marks.map(({ id, kind, x, y }) => (
          <SeatMark key={id} kind={kind} x={x} y={y} />
        ))}
      </svg>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-quiet text-xs">
        {[...kinds].map((kind) => (
          <li key={kind} className="flex items-center gap-1">
            <svg viewBox="0 0 1 1" width="14" height="14" aria-hidden="true">
              <SeatMark kind={kind} x={0.5} y={0.5} />
            </svg>
            <FormattedMessage id={`seats.${kind}`} />
          </li>
        ))}
      </ul>
    </>
  );
}

function placesIn(seats: readonly LayoutSeat[]): number {
  return seats.length + seats.filter(({ aisleAfter }) => aisleAfter === true).length;
}

function SeatMark({ kind, x, y }: { readonly kind: Kind; readonly x: number; readonly y: number }) {
  switch (kind) {
    case 'wheelchair':
      return (
        <rect x={x - 0.38} y={y - 0.38} width="0.76" height="0.76" className="fill-provisional" />
      );
    case 'companion':
      return (
        <path
          d={`M${x} ${y - 0.42}L${x + 0.42} ${y}L${x} ${y + 0.42}L${x - 0.42} ${y}Z`}
          className="fill-provisional"
        />
      );
    case 'restricted':
      return <circle cx={x} cy={y} r="0.3" className="fill-none stroke-refer" strokeWidth="0.14" />;
    case 'away':
      return (
        <path d={`M${x} ${y - 0.38}L${x + 0.38} ${y + 0.34}H${x - 0.38}Z`} className="fill-quiet" />
      );
    case 'ordinary':
      return <circle cx={x} cy={y} r="0.34" className="fill-accent" />;
  }
}

const FIELDS = [
  ['east', 'seats.east', 0.5],
  ['south', 'seats.south', 0.5],
  ['turn', 'seats.turn', 1],
] as const;

/** Numbers say where it went since it was chosen; each change moves it at once. */
function Placing({ onMove }: { readonly onMove: (move: Move) => void }) {
  const intl = useIntl();
  const [move, setMove] = useState<Move>({ east: 0, south: 0, turn: 0 });
  const change = (name: keyof Move, value: number) => {
    if (!Number.isFinite(value)) return;
    onMove({ east: 0, south: 0, turn: 0, [name]: value - move[name] });
    setMove({ ...move, [name]: value });
  };
  return (
    <fieldset className="flex flex-col gap-2 border-line border-t pt-3">
      <legend className="float-left pb-2 font-semibold text-sm">
        <FormattedMessage id="seats.place" />
      </legend>
      <div className="grid clear-both grid-cols-1 gap-3 sm:grid-cols-3">
        {FIELDS.map(([name, word, step]) => (
          <Field
            key={name}
            label={intl.formatMessage({ id: word })}
            type="number"
            step={step}
            value={move[name]}
            onChange={(event) => change(name, event.target.valueAsNumber)}
          />
        ))}
      </div>
      <p className="text-quiet text-sm">
        <FormattedMessage id="seats.drag" />
      </p>
    </fieldset>
  );
}
