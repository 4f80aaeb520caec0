// Tier tables as staff write them, one tier a line: `30d 0%`, `72h 20%`, `2026-11-20T00:00+08:00 50%`.
// `30d` is thirty days before kick-off. Empty lines and what follows a `#` are left out.
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { checkTiers, type Tier, type TierProblem } from './policy.ts';

/** @returns the tiers, or what is wrong with which line of the text */
export function readTierTable(
  text: string,
): { readonly tiers: readonly Tier[] } | { readonly problems: readonly TierProblem[] } {
  const written = text
    .split(/\r?\n/)
    .map((raw, index) => ({ line: index + 1, text: raw.replace(/#.*$/, '').trim() }))
    .filter((one) => one.text !== '');
  const problems: TierProblem[] = [];
  const tiers: { line: number; tier: Tier }[] = [];
  for (const { line, text: said } of written) {
    const tier = readTier(said);
    if (typeof tier === 'string') problems.push({ line, problem: tier });
    else tiers.push({ line, tier });
  }
  if (problems.length > 0) return { problems };
  const wrong = checkTiers(tiers.map(({ tier }) => tier));
  if (wrong.length === 0) return { tiers: tiers.map(({ tier }) => tier) };
  const lineOf = (line: number | null) => (line === null ? null : (tiers[line - 1]?.line ?? null));
  return { problems: wrong.map(({ line, problem }) => ({ line: lineOf(line), problem })) };
}

export function writeTierTable(tiers: readonly Tier[]): string {
  return tiers.map((tier) => `${untilText(tier)} ${tier.keptPerMille / 10}%\n`).join('');
}

function readTier(text: string): Tier | string {
  const [when = '', kept = '', ...more] = text.split(/[\s,|]+/);
  if (kept === '' || more.length > 0) return 'write when and how much is kept: “30d 20%”';
  const percent = /^(\d{1,3})(?:\.(\d))?%$/.exec(kept);
  if (percent === null) return `“${kept}” is not a per cent from 0% to 100%, such as 12.5%`;
  const keptPerMille = Number(percent[1]) * 10 + Number(percent[2] ?? 0);
  const before = /^(\d{1,7})([dhm])$/.exec(when);
  if (before !== null) {
    const minutes = Number(before[1]) * UNIT_MINUTES[before[2] as keyof typeof UNIT_MINUTES];
    return { until: { kind: 'before-kick-off', minutes }, keptPerMille };
  }
  const at: Instant | null = parseInstant(when);
  if (at !== null) return { until: { kind: 'at', at }, keptPerMille };
  return `“${when}” is neither a time before kick-off (30d, 72h, 90m) nor a time with its offset`;
}

function untilText({ until }: Tier): string {
  if (until.kind === 'at') return new Date(until.at).toISOString();
  const { minutes } = until;
  if (minutes % UNIT_MINUTES.d === 0) return `${minutes / UNIT_MINUTES.d}d`;
  return minutes % UNIT_MINUTES.h === 0 ? `${minutes / UNIT_MINUTES.h}h` : `${minutes}m`;
}

const UNIT_MINUTES = { d: 24 * 60, h: 60, m: 1 } as const;
