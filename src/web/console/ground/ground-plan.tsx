import { useId } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { GateOverview, Overview } from '#protocol/overview.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { VerdictShape } from '#web/ui/verdict-shape.tsx';
import { useLocalized, useScopeName } from '../parts/names.ts';
import { GATE_HUE, HUE_FILL, HUE_STROKE } from './gate-hue.ts';
import { placeGates } from './plan-places.ts';

/** The stadium from above, gates as studs: the level in a stud is flow against capacity, its hue the state. */
export function GroundPlan({
  overview,
  chosen,
  onChoose,
}: {
  readonly overview: Overview;
  readonly chosen: string | null;
  readonly onChoose: (gate: string) => void;
}) {
  const intl = useIntl();
  const placed = placeGates(overview.gates);
  return (
    <section aria-label={intl.formatMessage({ id: 'ground.plan' })}>
      <div className="relative mx-auto aspect-[16/9.4] w-full max-w-4xl max-sm:hidden">
        <Stadium />
        {placed.map(({ gate, side, x, y }) => (
          <div
            key={gate.gate}
            className="absolute -translate-x-1/2 -translate-y-1/2"
            style={{ left: `${x}%`, top: `${y}%` }}
          >
            <Stud
              gate={gate}
              isChosen={gate.gate === chosen}
              onChoose={onChoose}
              isWide={side === 'east' || side === 'west'}
            />
          </div>
        ))}
        <Inside overview={overview} />
      </div>
      {/* A plan of twenty-four studs is no plan on a phone: the same studs in rows. */}
      <div className="grid grid-cols-4 gap-2 sm:hidden">
        {overview.gates.map((gate) => (
          <Stud key={gate.gate} gate={gate} isChosen={gate.gate === chosen} onChoose={onChoose} />
        ))}
      </div>
      <Legend />
    </section>
  );
}

function Stadium() {
  return (
    <svg viewBox="0 0 160 110" className="absolute inset-0 h-full w-full" aria-hidden="true">
      <rect
        x="20"
        y="20"
        width="120"
        height="70"
        rx="22"
        className="fill-sunken stroke-line"
        strokeWidth="0.6"
      />
      <rect
        x="38"
        y="33"
        width="84"
        height="44"
        rx="4"
        className="fill-ground stroke-line"
        strokeWidth="0.6"
      />
      <path d="M80 33v44" className="stroke-line" strokeWidth="0.5" />
      <circle cx="80" cy="55" r="7" className="fill-none stroke-line" strokeWidth="0.5" />
      <path d="M38 45h9v20h-9M122 45h-9v20h9" className="fill-none stroke-line" strokeWidth="0.5" />
    </svg>
  );
}

function Inside({ overview }: { readonly overview: Overview }) {
  const intl = useIntl();
  const scopeName = useScopeName();
  const { inside } = overview;
  const stands = Object.entries(inside.byScope).filter(([scope]) => scope.startsWith('stand/'));
  const limit = inside.limits['ground'];
  const number = (n: number) => intl.formatNumber(n);
  return (
    <div className="absolute inset-x-[26%] inset-y-[32%] flex flex-col items-center justify-center gap-1 text-center">
      <span className="text-quiet text-xs">
        <FormattedMessage id="bar.inside" />
      </span>
      <span className="font-semibold text-xl leading-none">
        {inside.low === inside.high
          ? number(inside.high)
          : `${number(inside.low)}–${number(inside.high)}`}
      </span>
      {limit !== undefined && (
        <span className="text-quiet text-xs">
          <FormattedMessage id="ground.of-limit" values={{ limit: number(limit) }} />
        </span>
      )}
      <ul className="mt-1 grid grid-cols-2 gap-x-4 text-quiet text-xs">
        {stands.map(([scope, n]) => (
          <li key={scope}>
            {scopeName(scope)} <span className="font-semibold text-fg">{number(n)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Stud({
  gate,
  isChosen,
  onChoose,
  isWide = false,
}: {
  readonly gate: GateOverview;
  readonly isChosen: boolean;
  readonly onChoose: (gate: string) => void;
  /** Its words beside it rather than below: studs above one another have no room between them. */
  readonly isWide?: boolean;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const clip = useId();
  const hue = GATE_HUE[gate.state];
  const share = gate.capacityPerMinute <= 0 ? 0 : gate.perMinute / gate.capacityPerMinute;
  const level = Math.min(1, Math.max(0, share));
  const state = intl.formatMessage({ id: `gate.${gate.state}` });
  return (
    <button
      type="button"
      onClick={() => onChoose(gate.gate)}
      aria-pressed={isChosen}
      className={joinClasses(
        'flex items-center rounded-md p-1 text-xs leading-tight hover:bg-sunken',
        isWide ? 'w-28 gap-2 text-left' : 'w-16 flex-col max-sm:w-full',
        isChosen && 'bg-sunken outline-2 outline-accent',
      )}
    >
      <span className="sr-only">{localized(gate.name)}: </span>
      <span className={joinClasses('relative flex items-center justify-center', HUE_TEXT[hue])}>
        <svg width="34" height="34" viewBox="0 0 34 34" aria-hidden="true">
          <clipPath id={clip}>
            <rect x="0" y={31 - 28 * level} width="34" height="34" />
          </clipPath>
          <circle
            cx="17"
            cy="17"
            r="14"
            className={joinClasses('opacity-50', HUE_FILL[hue])}
            clipPath={`url(#${clip})`}
          />
          <circle
            cx="17"
            cy="17"
            r="14.5"
            className={joinClasses('fill-none', HUE_STROKE[hue])}
            strokeWidth="2.5"
          />
        </svg>
        <span className="absolute font-semibold text-fg">{gate.gate}</span>
      </span>
      <span className={joinClasses('flex flex-col', !isWide && 'items-center')}>
        <span className={joinClasses('flex items-center gap-0.5 font-semibold', HUE_TEXT[hue])}>
          <VerdictShape hue={hue} size={11} />
          {state}
        </span>
        <span className="text-quiet">
          <FormattedMessage id="unit.per-minute" values={{ n: gate.perMinute }} />
          {gate.queue > 0 && (
            <>
              {' '}
              · {intl.formatNumber(gate.queue)}
              <span className="sr-only">
                {' '}
                <FormattedMessage id="bar.queue" />
              </span>
            </>
          )}
        </span>
      </span>
    </button>
  );
}

function Legend() {
  const states = ['flowing', 'alone', 'metered', 'slow', 'quiet', 'held', 'idle'] as const;
  return (
    <ul className="mt-2 flex flex-wrap justify-center gap-x-4 gap-y-1 text-quiet text-xs">
      {states.map((state) => (
        <li key={state} className="flex items-center gap-1">
          <span className={HUE_TEXT[GATE_HUE[state]]}>
            <VerdictShape hue={GATE_HUE[state]} size={12} />
          </span>
          <FormattedMessage id={`gate.${state}`} />
        </li>
      ))}
      <li>
        <FormattedMessage id="ground.legend" />
      </li>
    </ul>
  );
}
