// What nodes say to each other: a box in the ground, its hub, and the other boxes. Rows travel as the
// database writes them in JSON, so that a column needs to be named in one place only.
import { z } from 'zod';
import type { ControlChange } from '#domain/venue/control-change.ts';
import { scope } from './controls.ts';
import { admissionRequest } from './desk.ts';
import { id, scanId, time, timeOut, words } from './primitives.ts';
import { annulRequest, scanRequest } from './scans.ts';

const row = z.record(z.string(), z.unknown());
export type Row = z.infer<typeof row>;

const revision = z.int().min(0);
const epoch = z.int().min(1);

/** Also the name under which a box decides events. */
export const edgeName = id
  .refine((name) => name !== 'hub', { error: '“hub” is the hub itself' })
  .refine((name) => name !== 'cell', { error: '“cell” is the etcd of all boxes together' });

export const edgeRequest = z.strictObject({
  name: edgeName,
  address: z
    .string()
    .regex(
      /^https?:\/\/[A-Za-z0-9.\-[\]:]{1,200}$/,
      'write where other nodes reach it, such as https://box-1.ground.example:8443',
    )
    .optional(),
});
export const edgeEnrolled = z.object({
  name: z.string(),
  token: z.string().describe('shown once; the box keeps it in DIR/edge-token'),
});
export const edgeView = z.object({
  name: z.string(),
  address: z.string().nullable(),
  enrolledAt: timeOut,
  seenAt: timeOut.nullable(),
  revokedAt: timeOut.nullable(),
  clockSkewMs: z.int().nullable().describe('how far its own clock is from the hub’s'),
  decides: z.array(z.string()).describe('events of which it is the authority'),
});
export const edgeList = z.object({ edges: z.array(edgeView) });

export const authorityRequest = z.strictObject({
  to: id.describe('`hub`, the name of a box, or `cell`'),
  reason: words(200).min(1),
  isLost: z
    .boolean()
    .optional()
    .describe('the present authority cannot be asked: it is given up, which takes two people'),
  secondPerson: z.string().optional().describe('token of a second person who may move authority'),
});
export const authorityView = z.object({
  authority: z.string(),
  epoch,
  handoverTo: z.string().nullable().describe('who decides next, once the present one has stopped'),
  revision: revision.describe('how many decisions of the event this node knows of'),
});
export type AuthorityView = z.infer<typeof authorityView>;

/** Of those who have decided an event, so many of the latest are told. */
export const AUTHORITIES_MAX = 20;
const authorityRow = z.object({
  epoch,
  node: z.string(),
  from_revision: revision,
  was_lost: z.boolean(),
  since: z.string(),
});
export type AuthorityRow = z.infer<typeof authorityRow>;

/** `POST /edge/sync`: what a box has; answered with what it has not. */
export const syncRequest = z.strictObject({
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'send an X25519 key as base64url'),
  access: z.string().max(20_000).nullable(),
  events: z.record(z.string().regex(/^\d{1,4}$/), z.string().max(100)),
  /** By event: the last notice to lanes that the box has. */
  notices: z.record(z.string().regex(/^\d{1,4}$/), z.int().min(0)),
  clockSkewMs: z.int(),
  hub: z.string().max(80).optional().describe('the hub whose events it holds'),
  isRebuilding: z.boolean().optional().describe('its store is behind, and is being rebuilt'),
  authorities: z
    .record(z.string().regex(/^\d{1,4}$/), z.array(authorityRow).max(AUTHORITIES_MAX))
    .optional()
    .describe(
      'by event, who has decided it, the last of them: an older copy of a hub does not know',
    ),
});

const eventContent = z.object({
  row,
  sealedKey: z.string().describe('the event’s key, sealed for this box; base64url'),
  controls: row,
  authorities: z.array(authorityRow),
  evacuations: z.array(row).optional(),
  people: z.array(row).optional().describe('who may stand at its lanes, by hashes of their badges'),
});
export type EventContent = z.infer<typeof eventContent>;

const eventNow = z.object({
  number: z.int().min(1),
  version: z.string(),
  content: eventContent.nullable().describe('null: the box has this version'),
  list: z.string().describe('cursor of the list as it is now'),
  log: z.object({ epoch, store: z.string().nullable(), revision }),
  notices: z
    .object({
      through: z.int(),
      notices: z.array(row),
      messages: z.array(row),
      acknowledgements: z.array(row),
    })
    .nullable()
    .describe('what lanes were told since, and the messages that are about'),
});
export type EventNow = z.infer<typeof eventNow>;

export const syncAnswer = z.object({
  at: timeOut,
  hub: z.string().describe('its name, which lanes know it by'),
  storeEpoch: z.string(),
  access: z
    .object({
      version: z.string(),
      tokens: z.array(row),
      devices: z.array(row),
      edges: z.array(row),
    })
    .nullable(),
  events: z.array(eventNow),
  changesThrough: revision.describe('controls set at this box that the hub has taken up'),
});
export type SyncAnswer = z.infer<typeof syncAnswer>;

/** `POST /edge/notices`: by event number, how far a box has come in what control tells lanes. */
export const noticesRequest = z.strictObject({
  has: z.record(z.string().regex(/^\d{1,4}$/), z.string().max(100)),
});
export const noticesAnswer = z.object({
  events: z.array(
    z.object({
      number: z.int().min(1),
      cursor: z.string(),
      notices: z.array(
        z.object({
          n: z.int(),
          kind: z.string(),
          scope: z.string(),
          body: z.record(z.string(), z.unknown()),
        }),
      ),
    }),
  ),
});
export type NoticesAnswer = z.infer<typeof noticesAnswer>;

/** Tickets of a page of a box’s list; the list that lanes get is made of it. */
export const REPLICA_PAGE_MAX = 2_000;
export const ticketPage = z.object({
  cursor: z.string(),
  hasMore: z.boolean(),
  tickets: z.array(z.looseObject({ serial: z.int(), n: z.int() })),
  media: z.array(z.looseObject({ serial: z.int() })),
  lastSerial: z.int(),
  whole: z.object({ count: z.int(), hash: z.string() }).nullable(),
});
export type TicketPage = z.infer<typeof ticketPage>;

/** Decisions `after + 1 … through` of an event, as its authority made them. */
export const LOG_PAGE_MAX = 500;
export const logPage = z.strictObject({
  epoch: epoch.describe('of the authority'),
  store: z.string().max(80).nullable().describe('epoch of the authority’s store'),
  after: revision,
  through: revision,
  head: revision,
  scans: z.array(row),
  claims: z.array(row),
  conflicts: z.array(row),
  entryEpoch: epoch.optional().describe('how often everybody has been let in anew, and once'),
  entryEpochs: z.array(row).optional().describe('from when each of them counts'),
  /** People inside by scope, at `head`; on the last page only. */
  inside: z.record(z.string(), z.int()).nullable(),
  /** Of what is pushed: the store that the receiver named last, and that the sender knows as its own past. */
  follows: z.string().max(80).nullable(),
  /** The authority has stopped: nothing follows. */
  isLast: z.boolean(),
});
export type LogPage = z.infer<typeof logPage>;
export const logReceipt = z.object({ epoch, store: z.string().nullable(), revision });
export type LogReceipt = z.infer<typeof logReceipt>;

/** What of the log a follower has; `reset`: it has decisions that were given up, and begins anew. */
export const logAnswer = z.object({ reset: z.boolean(), page: logPage.nullable() });

/** Decided by a box after it was given up: its whole rows. */
export const lateScans = z.strictObject({ scans: z.array(row).max(LOG_PAGE_MAX) });
export const lateReceipt = z.object({ taken: z.int() });

export const forwardedScan = z.strictObject({
  device: words(64),
  scan: scanRequest,
  seen: z.string().max(200).optional(),
  isSecondHand: z.boolean().describe('passed on by a node that was itself asked by another'),
});
export const forwardedAnnul = z.strictObject({
  device: words(64),
  scanId,
  cause: annulRequest.shape.cause,
  by: z.strictObject({
    kind: z.enum(['device', 'operator']),
    id: words(64),
    person: words(64)
      .optional()
      .describe('who that is, for the audit; the sender vouches for them'),
  }),
  isSecondHand: z.boolean(),
});

/** To the authority: everybody who was evacuated may come back in, once for an evacuation. */
export const readmission = z.strictObject({ evacuation: words(64), evacuatedAt: time });
export const readmitted = z.object({ epoch });

/** To the authority: somebody let in or out by hand at another node, which vouches for both people. */
export const forwardedAdmission = z.strictObject({
  event: z.int().min(1),
  request: admissionRequest.omit({ secondPerson: true }),
  by: words(64),
  second: words(64).nullable(),
});

export const relayedJournal = z.strictObject({
  device: words(64),
  journalId: z.uuid(),
  entries: z.array(z.looseObject({ seq: z.int().min(1) })),
  isComplete: z.boolean(),
  /** Up to here the sender, who is the authority, has made them true itself. */
  appliedThrough: revision,
});
export type RelayedJournal = z.infer<typeof relayedJournal>;

const hold = z.strictObject({
  id: words(64),
  scope,
  kind: z.enum(['stop', 'meter']),
  perMinute: z.int().min(0).nullable(),
  reason: words(200),
});
const diversion = z.strictObject({
  id: words(64),
  sections: z.array(id),
  gates: z.array(id),
  until: z.int(),
  reason: words(200),
});
const window = z.strictObject({
  doorsAt: z.int().nullable(),
  endsAt: z.int().nullable(),
  startsAt: z.int().nullable().optional(),
});
const controlChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hold-set'), hold }),
  z.strictObject({ kind: z.literal('hold-lifted'), id: words(64) }),
  z.strictObject({ kind: z.literal('diversion-set'), diversion, at: z.int() }),
  z.strictObject({ kind: z.literal('diversion-lifted'), id: words(64) }),
  z.strictObject({
    kind: z.literal('limit-set'),
    scope,
    limit: z.int().min(0).nullable(),
  }),
  z.strictObject({ kind: z.literal('window-moved'), window }),
  z.strictObject({
    kind: z.literal('mode-set'),
    gate: words(64),
    mode: z.enum(['normal', 'visual', 'open']),
    stopAt: z.int().min(1).nullable(),
  }),
]);
/** A control set at a box, told to the hub. */
const carriedChange = z.strictObject({
  seq: z.int().min(1),
  event: z.int().min(1),
  at: time,
  token: words(64),
  person: words(64),
  change: controlChange,
});
export type CarriedChange = Omit<z.infer<typeof carriedChange>, 'change'> & {
  readonly change: ControlChange;
};
export const carriedChanges = z.strictObject({ changes: z.array(carriedChange).max(100) });

export const carriedAnswer = z.object({ through: z.int() });

export const nodeHealth = z.object({ status: z.literal('ok'), node: z.string() });
