import { useEffect, useMemo, useRef, useState } from 'react';
import { flagBits } from '#domain/seating/seat-table.ts';
import { type SaleView, SEAT_FREE } from '#protocol/shop.ts';
import { Button } from '#web/ui/button.tsx';
import { toGround } from '../map/camera.ts';
import { listenToGestures } from '../map/map-gestures.ts';
import { MapView, SEATS_FROM_SCALE } from '../map/map-view.ts';
import { type SeatPlan, seatNames, seatNear, sectionAt } from '../map/seat-plan.ts';
import type { SeatStock } from '../map/seat-stock.ts';
import { categoryOfSeat, usualPrice } from '../sale/choices.ts';
import { useWords } from '../use-words.ts';
import { MapFilters, type MapWish, NO_WISH } from './map-filters.tsx';
import { useDark } from './use-dark.ts';

const THUMB_PX = 22;
/** From here on a tap means a seat: they are far enough apart for a thumb. */
const TAP_FROM_SCALE = 26;

type SeatMapProps = {
  readonly sale: SaleView;
  readonly plan: SeatPlan;
  readonly stock: SeatStock;
  readonly chosen: ReadonlySet<number>;
  readonly onToggle: (seat: number) => void;
};

export function SeatMap({ sale, plan, stock, chosen, onToggle }: SeatMapProps) {
  const { say } = useWords();
  const isDark = useDark();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<MapView | null>(null);
  const [wish, setWish] = useState<MapWish>(NO_WISH);
  const [told, setTold] = useState('');
  useEffect(() => {
    if (canvas.current === null) return;
    const made = new MapView(canvas.current, plan, stock);
    const resizing = new ResizeObserver(() => made.resize());
    resizing.observe(canvas.current);
    setView(made);
    return () => {
      resizing.disconnect();
      made.stop();
    };
  }, [plan, stock]);
  useEffect(() => view?.look(isDark), [view, isDark]);
  useEffect(() => view?.choose(chosen), [view, chosen]);
  useEffect(() => {
    view?.filter({
      categories: wish.category === null ? null : new Set([wish.category]),
      flags: wish.isStepFree ? STEP_FREE : 0,
      together: wish.together,
    });
  }, [view, wish]);
  const tap = useSeatTap({ sale, plan, stock, chosen, onToggle }, view, setTold);
  useEffect(() => {
    if (view === null || canvas.current === null) return;
    return listenToGestures(canvas.current, view, tap);
  }, [view, tap]);
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
      <p role="status" className="min-h-5 text-sm">
        {told}
      </p>
    </section>
  );
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
  { sale, plan, stock, chosen, onToggle }: SeatMapProps,
  view: MapView | null,
  setTold: (words: string) => void,
) {
  const { say, tag } = useWords();
  return useMemo(
    () => (px: number, py: number) => {
      if (view === null) return;
      const { x, y } = toGround(view.camera, view.size, px, py);
      const section = sectionAt(plan, x, y);
      if (view.camera.scale < SEATS_FROM_SCALE) {
        if (section !== null) view.showSection(section);
        return;
      }
      const seat = seatNear(plan, x, y, THUMB_PX / view.camera.scale);
      if (view.camera.scale < TAP_FROM_SCALE) {
        view.zoom((TAP_FROM_SCALE * 1.3) / view.camera.scale, px, py);
        return;
      }
      if (seat === null) return;
      const name = say('seat.whole', { ...seatNames(plan, seat) });
      const isChosen = chosen.has(seat);
      if (!isChosen && stock.codes[seat] !== SEAT_FREE) {
        setTold(say('map.isTaken', { seat: name }));
        return;
      }
      const price = usualPrice(sale, categoryOfSeat(sale, plan, seat)) ?? 0;
      setTold(
        isChosen
          ? say('map.isLeft', { seat: name })
          : say('map.isChosen', { seat: name, price: tag(price, sale.currency) }),
      );
      onToggle(seat);
    },
    [view, plan, stock, chosen, onToggle, sale, say, tag, setTold],
  );
}
