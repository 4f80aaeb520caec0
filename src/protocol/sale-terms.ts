// A published sale as the rules read it: times as moments, nothing left out.
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import type { RefundPolicy } from '#domain/refunds/policy.ts';
import type { ArrivalOffer } from '#domain/sales/arrival-credit.ts';
import type { Channel, PriceList } from '#domain/sales/price-list.ts';
import type { Quota } from '#domain/sales/quota.ts';
import type { RealNameRule } from '#domain/sales/real-name.ts';
import type { Allotment } from '#domain/sales/seat-categories.ts';
import { refundPolicyOf, type SaleFile } from './sales.ts';

export type SaleTerms = {
  /** Also that of its price list and of its refund policy. */
  readonly version: number;
  readonly layout: { readonly ground: string; readonly version: number };
  readonly priceList: PriceList;
  readonly quotas: readonly Quota[];
  readonly policy: RefundPolicy | null;
  readonly channels: readonly {
    readonly channel: Channel;
    readonly opensAt: Instant;
    readonly closesAt: Instant;
  }[];
  readonly isSuspended: boolean;
  readonly holds: SaleFile['holds'];
  readonly allotments: readonly Allotment[];
  readonly providers: readonly string[];
  readonly arrivals: readonly ArrivalOffer[];
  readonly realName: RealNameRule | null;
};

/** @param event - its id, which is that of the price list */
export function saleTermsOf(event: string, version: number, file: SaleFile): SaleTerms {
  const { layout, isSuspended, holds, allotments, providers } = file;
  return {
    version,
    layout,
    priceList: priceListOf(event, version, file),
    quotas: file.quotas.map(({ until, ...quota }) => ({
      ...quota,
      ...narrowed(quota),
      until: until === undefined ? null : instant(until),
    })),
    policy: refundPolicyOf(file, version),
    channels: file.channels.map(({ channel, opensAt, closesAt }) => ({
      channel,
      opensAt: instant(opensAt),
      closesAt: instant(closesAt),
    })),
    isSuspended,
    holds,
    allotments: allotments.map(({ until, ...allotment }) => ({
      ...allotment,
      until: until === undefined ? null : instant(until),
    })),
    providers,
    arrivals: file.arrivals.map(arrivalOfferOf),
    realName: realNameOf(file),
  };
}

/** `announced`: not yet · `closed`: no more, or stopped for now, or never by this channel. */
export function saleStateAt(
  { channels, isSuspended }: SaleTerms,
  channel: Channel,
  now: Instant,
): 'announced' | 'on-sale' | 'closed' {
  const open = channels.find((one) => one.channel === channel);
  if (open === undefined || now >= open.closesAt) return 'closed';
  if (now < open.opensAt) return 'announced';
  return isSuspended ? 'closed' : 'on-sale';
}

export function arrivalOfferOf(offer: SaleFile['arrivals'][number]): ArrivalOffer {
  const { gates, types, from, until, ...rest } = offer;
  return {
    ...rest,
    gates: gates ?? null,
    types: types ?? null,
    from: instant(from),
    until: instant(until),
  };
}

function realNameOf({ realName: rule }: SaleFile): RealNameRule | null {
  if (rule === null) return null;
  const ages = rule.ages.map(({ type, fromYears = null, untilYears = null }) => ({
    type,
    fromYears,
    untilYears,
  }));
  return { kinds: rule.kinds, types: rule.types ?? null, ages };
}

function priceListOf(event: string, version: number, file: SaleFile): PriceList {
  const { currency, taxes, categories, prices } = file;
  return {
    id: event,
    version,
    currency,
    taxes,
    categories,
    areas: file.areas.map(({ rows = null, seats = null, ...area }) => ({ ...area, rows, seats })),
    types: file.types.map(({ accompaniedBy = null, proof = null, ...type }) => ({
      ...type,
      accompaniedBy,
      proof,
    })),
    prices,
    fees: file.fees.map(({ channels = null, ...fee }) => ({ ...fee, channels })),
    incentives: file.incentives.map(({ slots, ...incentive }) => ({
      ...incentive,
      ...narrowed(incentive),
      slots:
        slots?.map(({ from, until }) => ({ from: instant(from), until: instant(until) })) ?? null,
    })),
  };
}

/** What is left out stands for all. */
function narrowed({
  categories = null,
  types = null,
  channels = null,
}: {
  categories?: string[] | undefined | null;
  types?: string[] | undefined | null;
  channels?: Channel[] | undefined | null;
}) {
  return { categories, types, channels };
}

function instant(text: string): Instant {
  return parseInstant(text) as Instant;
}
