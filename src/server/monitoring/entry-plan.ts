// The plan of an event's entry: what its ground holds, its gates let in, and has been sold, looked at together.
import type { Pool } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { arrivedShare, SHOW_UP_SHARE, searchPerMinute } from '#domain/monitoring/queue.ts';
import {
  type EntryGate,
  type EntrySection,
  planEntry,
  SEARCH_PER_HOUR,
  type SearchLevel,
  USUAL_RATES,
} from '#domain/seating/entry-capacity.ts';
import { forecastEntry, risksOf } from '#domain/seating/entry-forecast.ts';
import type { GroundLayout, LayoutSection } from '#domain/seating/ground-layout.ts';
import { allotmentRisks, laneRisks } from '#domain/seating/lane-risks.ts';
import { wordsOfRisk } from '#domain/seating/risk-words.ts';
import type { LaneKind, MatchEvent } from '#domain/venue/match-event.ts';
import type { EntryPlanAnswer } from '#protocol/entry-plan.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { latestLayout, loadLayout } from '#server/grounds/layout-store.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { loadSale } from '#server/sales/open-sale.ts';
import type { EventRow } from '#server/venue/store.ts';
import { readSearches, type Search } from './facts.ts';
import { openAllotments } from './open-allotments.ts';

/** @throws HttpProblem `not-found` for a layout that the ground does not have */
export async function entryPlan(
  pool: Pool,
  row: EventRow,
  asked: { readonly search: SearchLevel; readonly hours: number; readonly layout: number | null },
  now: Instant,
): Promise<Omit<EntryPlanAnswer, 'announced'>> {
  const event = matchEventOf(row.file);
  const sale = await loadSale(pool, row.number);
  const layout = await layoutOf(pool, event.venue.id, asked.layout);
  const sold = await readSold(pool, row.number, event);
  const searches = await readSearches(pool, row.number);
  const sections = event.sections.map(({ id, gates, limit }): EntrySection => {
    const drawn = layout?.sections.find((section) => section.id === id);
    const of = sold.get(id) ?? { people: 0, assisted: 0 };
    const { places, assisted } =
      drawn === undefined ? { places: limit ?? of.people, assisted: 0 } : placesOf(drawn);
    return { id, gates, places, sold: of.people, assisted: Math.max(assisted, of.assisted) };
  });
  const gates = event.gates.map((gate) => entryGate(gate.id, gate.lanes, searches.get(gate.id)));
  const { search, hours } = asked;
  const rates = { ...USUAL_RATES, searchPerHour: SEARCH_PER_HOUR[search], hours };
  const plan = planEntry(sections, gates, rates);
  const crowd = { arrived: arrivedShare, showUp: SHOW_UP_SHARE };
  const forecasts = forecastEntry(sections, gates, rates, crowd);
  const kept = sale === null ? [] : await openAllotments(pool, sale, event.doorsAt, now);
  const missing = [...laneRisks(sections, gates, rates), ...allotmentRisks(kept)];
  return {
    event: event.id,
    layout: layout === null ? null : { ground: layout.ground, version: layout.version },
    places: plan.places,
    sellable: plan.sellable,
    sold: sections.reduce((sum, section) => sum + section.sold, 0),
    sections: [...plan.sections],
    gates: plan.gates.map((gate, index) => {
      const { id: _, ...forecast } = forecasts[index] ?? NO_FORECAST;
      return { ...gate, forecast };
    }),
    risks: risksOf(plan, forecasts, sections, gates, missing).map((risk) => ({
      ...risk,
      words: wordsOfRisk(risk),
    })),
  };
}

const NO_FORECAST = {
  id: '',
  people: 0,
  queueMax: 0,
  queueMaxAtMinutes: 0,
  waitMaxMinutes: 0,
  outsideAtKickOff: 0,
  clearAtMinutes: 0,
};

async function layoutOf(
  pool: Pool,
  ground: string,
  version: number | null,
): Promise<GroundLayout | null> {
  if (version === null) return await latestLayout(pool, ground);
  const layout = await loadLayout(pool, ground, version);
  if (layout !== null) return layout;
  throw new HttpProblem('not-found', {
    detail: `the ground ${ground} has no layout ${version}`,
    mend: 'see “kaimen ground list”',
  });
}

function placesOf(section: LayoutSection): { places: number; assisted: number } {
  if (section.kind === 'standing') return { places: section.capacity, assisted: 0 };
  let places = 0;
  let assisted = 0;
  for (const { seats } of section.rows) {
    places += seats.length;
    assisted += seats.filter(
      ({ flags = [] }) => flags.includes('wheelchair') || flags.includes('companion'),
    ).length;
  }
  return { places, assisted };
}

function entryGate(
  id: string,
  lanes: readonly { readonly kind: LaneKind }[],
  search: Search | undefined,
): EntryGate {
  const count = (kind: LaneKind) => lanes.filter((lane) => lane.kind === kind).length;
  return {
    id,
    standard: count('standard'),
    fast: count('fast'),
    accessible: count('accessible'),
    searchedPerHour:
      search === undefined ? null : searchPerMinute(search.searchers, search.secondsEach) * 60,
  };
}

type Sold = { people: number; assisted: number };

async function readSold(
  pool: Pool,
  number: number,
  event: MatchEvent,
): Promise<ReadonlyMap<string, Sold>> {
  const { rows } = await pool.query<{
    section: string;
    type: string;
    admits: number | null;
    tickets: string;
  }>(
    `SELECT section, type, admits, count(*) AS tickets FROM tickets
     WHERE event = $1 AND section IS NOT NULL AND status IN ('valid', 'unpaid')
     GROUP BY section, type, admits`,
    [number],
  );
  const types = new Map(event.ticketTypes.map((type) => [type.id as string, type.entry]));
  const sold = new Map<string, Sold>();
  for (const { section, type, admits, tickets } of rows) {
    const rules = { ...event.entry, ...types.get(type) };
    const people = Number(tickets) * (admits ?? rules.admits);
    const of = sold.get(section) ?? { people: 0, assisted: 0 };
    of.people += people;
    if (rules.laneKinds?.includes('accessible') === true) of.assisted += people;
    sold.set(section, of);
  }
  return sold;
}
