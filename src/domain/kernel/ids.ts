/** Names that people and files give: `derby-2026-11-29`, `N3`, `N103`. */
export type EventId = string & { readonly __brand: 'EventId' };
export type GateId = string & { readonly __brand: 'GateId' };
export type LaneId = string & { readonly __brand: 'LaneId' };
export type SectionId = string & { readonly __brand: 'SectionId' };
export type StandId = string & { readonly __brand: 'StandId' };
export type ZoneId = string & { readonly __brand: 'ZoneId' };
export type CheckpointId = string & { readonly __brand: 'CheckpointId' };
export type TicketTypeId = string & { readonly __brand: 'TicketTypeId' };
/** The club's own name for a ticket, unique within an event. */
export type TicketRef = string & { readonly __brand: 'TicketRef' };

/** What people may use as an id: 1–64 letters (any script), digits, `.`, `_` or `-`; starts with a letter or digit. */
export const ID_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;
