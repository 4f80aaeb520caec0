// Lists down, journals up. Neither waits for the other.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type JournalReceipt, journalReceipt, journalUpload } from '#protocol/journal.ts';
import { id } from '#protocol/primitives.ts';
import { LIST_PAGE_MAX, listPage as listPageShape } from '#protocol/ticket-list.ts';
import { sendCompressed } from '#server/platform/http/compression.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { storeJournal, type Upload } from './journal.ts';
import { replayJournals } from './replay.ts';
import { SharedPages } from './shared-pages.ts';
import { alarmOfUpload } from './upload-alarms.ts';

const JOURNAL_BYTES_MAX = 4 * 1024 * 1024;

export function addSyncRoutes(app: FastifyInstance, context: ServerContext): void {
  const pages = new SharedPages(context.pool, context.now);

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/list',
    rule: { allow: 'device' },
    summary: 'Tickets that changed after a cursor; all of them without one',
    tag: 'sync',
    params: z.object({ id }),
    query: z.strictObject({
      since: z.string().max(80).optional(),
      limit: z.coerce.number().int().min(1).max(LIST_PAGE_MAX).optional(),
    }),
    answer: listPageShape,
    handle: async ({ params, query, principal, request, reply }) => {
      if (principal?.kind !== 'device') throw new Error('the rule lets only devices in');
      if (principal.eventId !== params.id) {
        throw new HttpProblem('forbidden', {
          detail: `this device is enrolled for ${principal.eventId}`,
          mend: 'enrol it for the event whose list it needs',
        });
      }
      const limit = query.limit ?? LIST_PAGE_MAX;
      const since = query.since ?? null;
      const isCopy = context.self !== 'hub';
      const { eventNumber: event } = principal;
      const page = await pages.get({ event, since, limit, isCopy });
      return await sendCompressed(request, reply, JSON.stringify(page));
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/journal',
    // Whatever became of the device: what it has seen and done is not lost.
    rule: { allow: 'device', afterwards: true },
    summary: 'Upload a lane’s journal; repeating an upload changes nothing',
    tag: 'sync',
    body: journalUpload,
    answer: journalReceipt,
    bodyBytesMax: JOURNAL_BYTES_MAX,
    handle: async ({ body, principal }) => {
      if (principal?.kind !== 'device') throw new Error('the rule lets only devices in');
      if (principal.isPractice) {
        throw new HttpProblem('forbidden', {
          detail: 'this device was enrolled for training: nothing that it did is kept',
          mend: 'enrol it anew for a real lane',
        });
      }
      return await takeJournal(context, principal, {
        ...body,
        isComplete: body.isComplete ?? false,
      });
    },
  });
}

/**
 * Stores what a lane sent and makes it true, if this node decides its event.
 *
 * @param appliedThrough - up to here the event's authority has made them true already
 */
export async function takeJournal(
  context: ServerContext,
  device: Device,
  upload: Upload,
  appliedThrough = 0,
): Promise<JournalReceipt> {
  const { journalId } = upload;
  const at = new Date(context.now());
  const receipt = await storeJournal(context.pool, device, upload, at, appliedThrough);
  if (receipt.quarantined.length > 0) {
    const { quarantined } = receipt;
    context.log.error(
      { device: device.id, journal: journalId, quarantined },
      'entries were set aside',
    );
  }
  await alarmOfUpload(context, device, upload, receipt);
  const conflicts = await replayJournals(context, device);
  const { acceptedThrough } = receipt;
  const durableThrough = await context.elsewhere.durable(device, journalId, acceptedThrough);
  return { ...receipt, durableThrough, conflicts };
}
