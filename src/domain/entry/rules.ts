// The rules that apply to one ticket: the event's, overridden by its type's, overridden by its own.
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import { type Controls, divertedGates } from '#domain/venue/controls.ts';
import type { EntryRules, Ground, LaneKind } from '#domain/venue/match-event.ts';
import type { Ticket } from './ticket.ts';

export function rulesFor(ground: Ground, ticket: Ticket): EntryRules {
  const ofType = ground.types.get(ticket.type)?.entry;
  const rules = { ...ground.event.entry, ...ofType };
  return {
    ...rules,
    admits: ticket.admits ?? rules.admits,
    referral: ticket.referral ?? rules.referral,
  };
}

/**
 * The half-open window `[opensAt, closesAt)`. Tolerance opens doors early, and stretches a window of
 * the ticket's or type's own once at each end; entry to the match itself ends with the match.
 */
export function entryWindow(
  ground: Ground,
  controls: Controls,
  ticket: Ticket,
  rules: EntryRules,
): { readonly opensAt: Instant; readonly closesAt: Instant } {
  const toleranceMs = rules.toleranceMinutes * MINUTE_MS;
  const from = ticket.validFrom ?? rules.earliestAt;
  const until = ticket.validUntil ?? rules.latestAt;
  const doorsAt = controls.window.doorsAt ?? ground.event.doorsAt;
  const moved = controls.window.endsAt;
  const own = until === null ? (moved ?? ground.event.endsAt) : plusMs(until, toleranceMs);
  return {
    opensAt: plusMs(from ?? doorsAt, -toleranceMs),
    // A match abandoned by control is over for every ticket.
    closesAt: moved !== null && moved < own ? moved : own,
  };
}

/**
 * Gates of the checkpoint of `gate` that this ticket may use, most particular rule first: printed on the ticket, its type's gates,
 * its type's zones, its section, anything. Diversions add to all but the last. A rule that names no
 * gate of this checkpoint says nothing about it: an outer cordon is not a section's turnstile.
 *
 * @returns null: any gate of the checkpoint
 */
export function gatesFor(
  ground: Ground,
  controls: Controls,
  ticket: Ticket,
  rules: EntryRules,
  gate: string,
  at: Instant,
): readonly string[] | null {
  const checkpoint = ground.gates.get(gate)?.checkpoint;
  const isHere = (id: string) => ground.gates.get(id)?.checkpoint === checkpoint;
  const own = ownGates(ground, ticket, rules)?.filter(isHere) ?? [];
  if (own.length === 0) return null;
  const diverted = divertedGates(controls, ticket.section, at).filter(isHere);
  return diverted.length === 0 ? own : [...new Set([...own, ...diverted])];
}

export function mayUseLane(rules: EntryRules, kind: LaneKind | null): boolean {
  return rules.laneKinds === null || kind === null || rules.laneKinds.includes(kind);
}

function ownGates(ground: Ground, ticket: Ticket, rules: EntryRules): readonly string[] | null {
  if (ticket.gates !== null) return ticket.gates;
  if (rules.gates !== null) return rules.gates;
  if (rules.zones !== null) return gatesInZones(ground, rules.zones);
  const section = ticket.section === null ? undefined : ground.sections.get(ticket.section);
  if (section === undefined) return null;
  return section.gates.length > 0 ? section.gates : gatesInZones(ground, [section.zone]);
}

function gatesInZones(ground: Ground, zones: readonly string[]): string[] {
  return ground.event.gates.filter((gate) => zones.includes(gate.zone)).map((gate) => gate.id);
}
