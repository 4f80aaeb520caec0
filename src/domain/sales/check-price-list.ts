// What keeps a price list from being published, each mistake by the place where it stands. Shapes are
// checked where the list comes in; here it is what only the whole list can tell.
import { AMOUNT_MAX_MINOR, BASIS_POINTS, PER_MILLE } from './money.ts';
import type { Amount, PriceList } from './price-list.ts';
import type { Quota } from './quota.ts';

export type ListProblem = {
  /** Such as `prices[3].type`. */
  readonly at: string;
  readonly problem: string;
};

/** Of one ticket or fee: with these, the largest cart stays far below what is reckoned with. */
export const PRICE_MAX_MINOR = AMOUNT_MAX_MINOR / 5_000;

type Say = (at: string, problem: string) => void;

/** @param ticketTypes - ids of the event's ticket types, which the gate knows */
export function checkPriceList(
  list: PriceList,
  quotas: readonly Quota[],
  ticketTypes: readonly string[],
): ListProblem[] {
  const problems: ListProblem[] = [];
  const say: Say = (at, problem) => problems.push({ at, problem });
  for (const [name, items] of Object.entries({
    taxes: list.taxes,
    categories: list.categories,
    types: list.types,
    fees: list.fees,
    incentives: list.incentives,
    quotas,
  })) {
    checkUnique(name, items, say);
  }
  checkTypes(list, ticketTypes, say);
  checkPrices(list, say);
  checkFees(list, say);
  const known = { categories: idsOf(list.categories), types: idsOf(list.types) };
  for (const [index, area] of list.areas.entries()) {
    if (!known.categories.has(area.category)) {
      say(`areas[${index}].category`, `there is no category “${area.category}”`);
    }
  }
  for (const [index, incentive] of list.incentives.entries()) {
    checkAmount(`incentives[${index}].off`, incentive.off, say);
    for (const [slot, { from, until }] of (incentive.slots ?? []).entries()) {
      if (until <= from) say(`incentives[${index}].slots[${slot}].until`, 'must be after from');
    }
    checkNarrowing(`incentives[${index}]`, incentive, known, say);
  }
  for (const [index, quota] of quotas.entries()) {
    checkNarrowing(`quotas[${index}]`, quota, known, say);
  }
  return problems;
}

function checkTypes(list: PriceList, ticketTypes: readonly string[], say: Say): void {
  const known = idsOf(list.types);
  const taxes = idsOf(list.taxes);
  for (const [index, type] of list.types.entries()) {
    const at = `types[${index}]`;
    if (!ticketTypes.includes(type.id)) {
      say(`${at}.id`, `the event has no ticket type “${type.id}”: the gate would refuse it`);
    }
    if (!taxes.has(type.tax)) say(`${at}.tax`, `there is no tax “${type.tax}”`);
    if (!list.prices.some((price) => price.type === type.id)) say(`${at}.id`, 'has no price');
    for (const other of type.accompaniedBy?.types ?? []) {
      if (!known.has(other)) say(`${at}.accompaniedBy`, `there is no type “${other}”`);
      if (other === type.id) say(`${at}.accompaniedBy`, 'cannot be its own company');
    }
  }
}

function checkPrices(list: PriceList, say: Say): void {
  const categories = idsOf(list.categories);
  const types = idsOf(list.types);
  const seen = new Set<string>();
  for (const [index, { category, type, amountMinor }] of list.prices.entries()) {
    const at = `prices[${index}]`;
    if (!categories.has(category)) say(`${at}.category`, `there is no category “${category}”`);
    if (!types.has(type)) say(`${at}.type`, `there is no type “${type}”`);
    if (!isPrice(amountMinor)) say(`${at}.amountMinor`, `is from 0 to ${PRICE_MAX_MINOR}`);
    const pair = `${category} ${type}`;
    if (seen.has(pair)) say(at, `${category} and ${type} have a price above already`);
    seen.add(pair);
  }
}

function checkFees(list: PriceList, say: Say): void {
  const taxes = idsOf(list.taxes);
  for (const [index, fee] of list.fees.entries()) {
    if (!taxes.has(fee.tax)) say(`fees[${index}].tax`, `there is no tax “${fee.tax}”`);
    checkAmount(`fees[${index}].amount`, fee.amount, say);
  }
  for (const [index, { rateBasisPoints: rate }] of list.taxes.entries()) {
    if (!Number.isInteger(rate) || rate < 0 || rate > BASIS_POINTS) {
      say(`taxes[${index}].rateBasisPoints`, `is a whole number from 0 to ${BASIS_POINTS}`);
    }
  }
}

function checkNarrowing(
  at: string,
  by: { readonly categories: readonly string[] | null; readonly types: readonly string[] | null },
  known: { readonly categories: ReadonlySet<string>; readonly types: ReadonlySet<string> },
  say: Say,
): void {
  for (const part of ['categories', 'types'] as const) {
    const unknown = (by[part] ?? []).find((id) => !known[part].has(id));
    if (unknown !== undefined) say(`${at}.${part}`, `the list has no “${unknown}”`);
    if (by[part]?.length === 0) say(`${at}.${part}`, 'names none: leave it out for all');
  }
}

function checkAmount(at: string, amount: Amount, say: Say): void {
  if (amount.kind === 'fixed') {
    if (!isPrice(amount.amountMinor)) say(`${at}.amountMinor`, `is from 0 to ${PRICE_MAX_MINOR}`);
  } else if (
    !Number.isInteger(amount.perMille) ||
    amount.perMille < 0 ||
    amount.perMille > PER_MILLE
  ) {
    say(`${at}.perMille`, `is a whole number from 0 to ${PER_MILLE}`);
  }
}

function checkUnique(name: string, items: readonly { readonly id: string }[], say: Say): void {
  const seen = new Set<string>();
  for (const [index, { id }] of items.entries()) {
    if (seen.has(id)) say(`${name}[${index}].id`, `“${id}” is taken`);
    seen.add(id);
  }
}

function isPrice(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= PRICE_MAX_MINOR;
}

function idsOf(items: readonly { readonly id: string }[]): Set<string> {
  return new Set(items.map(({ id }) => id));
}
