import { useEffect, useMemo, useRef, useState } from 'react';
import { flagBits } from '#domain/seating/seat-table.ts';
import { type SaleView, SEAT_FREE } from '#protocol/shop.ts';
import { Button } from '#web/ui/button.tsx';
import { toGround } from '../map/camera.ts';
import { listenToGestures } from '../map/map-gestures.ts';
import type { MapWords } from '../map/map-labels.ts';
import { MapView, SEATS_FROM_SCALE } from '../map/map-view.ts';
import { type SeatPlan, seatNear, sectionAt } from '../map/seat-plan.ts';
import type { SeatStock } from '../map/seat-stock.ts';
import { useWords } from '../use-words.ts';
import { MapFilters, type MapWish, NO_WISH } from './map-filters.tsx';
import { SeatCard, type SeatIs } from './seat-card.tsx';
import { useDark } from './use-dark.ts';

const THUMB_PX = 22;
const POINTER_PX = 12;
/** From here on a tap means a seat: they are far enough apart for a thumb. */
const TAP_FROM_SCALE = 44;

type SeatMapProps = {
  readonly sale: SaleView;
  readonly plan: SeatPlan;
  readonly stock: SeatStock;
  readonly chosen: ReadonlySet<number>;
  readonly onToggle: (seat: number) => void;
};

export function SeatMap(props: SeatMapProps) {
  const { sale, plan, stock, chosen } = props;
  const words = useMapWords(plan);
  const { say } = useWords();
  const isDark = useDark();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<MapView | null>(null);
  const [wish, setWish] = useState<MapWish>(NO_WISH);
  const [looked, setLooked] = useState<number | null>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    const made = new MapView(canvas.current, plan, stock, words);
    const resizing = new ResizeObserver(() => made.resize());
    resizing.observe(canvas.current);
    setView(made);
    return () => {
      resizing.disconnect();
      made.stop();
    };
  }, [plan, stock, words]);
  useEffect(() => view?.look(isDark), [view, isDark]);
  useEffect(() => view?.choose(chosen), [view, chosen]);
  useEffect(() => {
    view?.filter({
      categories: wish.category === null ? null : new Set([wish.category]),
      flags: wish.isStepFree ? STEP_FREE : 0,
      together: wish.together,
    });
  }, [view, wish]);
  const tap = useSeatTap(props, view, setLooked);
  const hover = useSeatUnder(props, view, setLooked);
  useEffect(() => {
    if (view === null || canvas.current === null) return;
    return listenToGestures(canvas.current, view, { tap, hover });
  }, [view, tap, hover]);
  return (
    <section className="flex flex-1 flex-col gap-3">
      <MapFilters sale={sale} plan={plan} wish={wish} onWish={setWish} />
      <div className="relative min-h-[22rem] flex-1 overflow-hidden rounded-md border border-line">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          aria-label={say('map.label')}
          className="absolute inset-0 size-full touch-none"
        />
        {view !== null && <MapButtons view={view} />}
      </div>
      <div role="status" className="min-h-[5.25rem]">
        {looked === null ? (
          <p className="text-quiet text-sm">{say('map.how')}</p>
        ) : (
          <SeatCard sale={sale} plan={plan} seat={looked} is={isNow(props, looked)} />
        )}
      </div>
    </section>
  );
}

function useMapWords({ layout }: SeatPlan): MapWords {
  const { say, nameOf } = useWords();
  return useMemo(() => {
    const stands = new Map(layout.stands.map(({ id, name }) => [id, name]));
    return {
      stand: (id) => {
        const name = stands.get(id);
        return name === undefined ? id : nameOf(name);
      },
      row: (row) => say('map.row', { row }),
    };
  }, [layout, say, nameOf]);
}

const STEP_FREE = flagBits(['step-free', 'wheelchair', 'companion']);

function MapButtons({ view }: { readonly view: MapView }) {
  const { say } = useWords();
  return (
    <div className="absolute right-2 bottom-2 flex flex-col gap-2">
      <Button className="w-11 px-0" aria-label={say('map.nearer')} onClick={() => view.zoom(1.8)}>
        +
      </Button>
      <Button
        className="w-11 px-0"
        aria-label={say('map.farther')}
        onClick={() => view.zoom(1 / 1.8)}
      >
        −
      </Button>
      <Button className="w-11 px-0" aria-label={say('map.whole')} onClick={() => view.showAll()}>
        ⤢
      </Button>
    </div>
  );
}

/** From afar a tap goes nearer; near by it takes a seat or puts it back. */
function useSeatTap(
  { plan, stock, chosen, onToggle }: SeatMapProps,
  view: MapView | null,
  onLook: (seat: number) => void,
) {
  return useMemo(
    () => (px: number, py: number) => {
      if (view === null) return;
      const { x, y } = toGround(view.camera, view.size, px, py);
      if (view.camera.scale < SEATS_FROM_SCALE) {
        const section = sectionAt(plan, x, y, THUMB_PX / view.camera.scale);
        if (section !== null) view.showSection(section);
        return;
      }
      if (view.camera.scale < TAP_FROM_SCALE) {
        view.zoom((TAP_FROM_SCALE * 1.1) / view.camera.scale, px, py);
        return;
      }
      const seat = seatNear(plan, x, y, THUMB_PX / view.camera.scale);
      if (seat === null) return;
      onLook(seat);
      if (chosen.has(seat) || stock.codes[seat] === SEAT_FREE) onToggle(seat);
    },
    [view, plan, stock, chosen, onToggle, onLook],
  );
}

/** A mouse says which seat it means before it presses. */
function useSeatUnder(
  { plan }: SeatMapProps,
  view: MapView | null,
  onLook: (seat: number) => void,
) {
  return useMemo(
    () => (px: number, py: number) => {
      if (view === null || view.camera.scale < TAP_FROM_SCALE) return;
      const { x, y } = toGround(view.camera, view.size, px, py);
      const seat = seatNear(plan, x, y, POINTER_PX / view.camera.scale);
      if (seat !== null) onLook(seat);
    },
    [view, plan, onLook],
  );
}

function isNow({ sale, stock, chosen }: SeatMapProps, seat: number): SeatIs {
  if (chosen.has(seat)) return 'chosen';
  if (stock.codes[seat] !== SEAT_FREE) return 'taken';
  return chosen.size >= sale.limits.perHold ? 'too-many' : 'free';
}
