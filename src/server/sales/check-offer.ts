// What keeps a sale from being published that only the event and its layout can tell.
import { checkPriceList, type ListProblem } from '#domain/sales/check-price-list.ts';
import { checkAreas } from '#domain/sales/seat-categories.ts';
import { type GroundLayout, seatCount } from '#domain/seating/ground-layout.ts';
import type { SaleTerms } from '#protocol/sale-terms.ts';
import type { EventRow } from '#server/venue/store.ts';

/** Everything that keeps these terms from being published, by the place in their file. */
export function checkOffer(
  { file }: EventRow,
  terms: SaleTerms,
  layout: GroundLayout,
): ListProblem[] {
  const types = file.ticketTypes.map((type) => type.id);
  const problems = [
    ...checkPriceList(terms.priceList, terms.quotas, types),
    ...checkAreas(terms.priceList, layout),
    ...allotmentProblems(terms, layout),
  ];
  const sections = new Set(file.sections.map((section) => String(section.id)));
  for (const [index, { section }] of terms.priceList.areas.entries()) {
    if (sections.has(section)) continue;
    problems.push({
      at: `areas[${index}].section`,
      problem: `the event has no section “${section}”: its holders would find no gate`,
    });
  }
  problems.push(...arrivalProblems(file, terms));
  const channels = new Set<string>();
  for (const [index, { channel }] of terms.channels.entries()) {
    if (channels.has(channel)) {
      problems.push({ at: `channels[${index}].channel`, problem: `“${channel}” is named above` });
    }
    channels.add(channel);
  }
  return problems;
}

function arrivalProblems(file: EventRow['file'], terms: SaleTerms): ListProblem[] {
  const types = new Set(terms.priceList.types.map((type) => type.id));
  const gates = new Set<string>(file.gates.map((gate) => gate.id));
  const problems: ListProblem[] = [];
  const seen = new Set<string>();
  for (const [index, offer] of terms.arrivals.entries()) {
    const at = `arrivals[${index}]`;
    if (seen.has(offer.id)) problems.push({ at: `${at}.id`, problem: `“${offer.id}” is taken` });
    seen.add(offer.id);
    const gate = offer.gates?.find((one) => !gates.has(one));
    if (gate !== undefined) {
      problems.push({ at: `${at}.gates`, problem: `the event has no gate “${gate}”` });
    }
    const type = offer.types?.find((one) => !types.has(one));
    if (type !== undefined) {
      problems.push({ at: `${at}.types`, problem: `there is no type “${type}”` });
    }
    const isOpen = offer.from >= Date.parse(file.doorsAt) && offer.until <= Date.parse(file.endsAt);
    if (!isOpen) problems.push({ at, problem: 'doors are not open all of that time' });
  }
  for (const [index, { type }] of (terms.realName?.ages ?? []).entries()) {
    if (types.has(type)) continue;
    problems.push({ at: `realName.ages[${index}].type`, problem: `there is no type “${type}”` });
  }
  const named = terms.realName?.types?.find((type) => !types.has(type));
  if (named !== undefined) {
    problems.push({ at: 'realName.types', problem: `there is no type “${named}”` });
  }
  return problems;
}

/** What an allotment names and the layout does not have. */
function allotmentProblems({ allotments }: SaleTerms, layout: GroundLayout): ListProblem[] {
  const sections = new Set(layout.sections.map((section) => section.id));
  const seats = seatCount(layout);
  return allotments.flatMap((allotment, index) => {
    const section = allotment.sections.find((one) => !sections.has(one));
    const seat = allotment.seats.find((one) => one >= seats);
    const problems: ListProblem[] = [];
    if (section !== undefined) {
      const problem = `the layout has no section “${section}”`;
      problems.push({ at: `allotments[${index}].sections`, problem });
    }
    if (seat !== undefined) {
      const problem = `the layout has ${seats} seats, and no seat ${seat}`;
      problems.push({ at: `allotments[${index}].seats`, problem });
    }
    return problems;
  });
}
