// What an upload tells of the device's identity: two that write one journal, or one that was revoked and lives.
import type { JournalReceipt } from '#protocol/journal.ts';
import { raiseAlarm } from '#server/access/alarms.ts';
import type { Device } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { CLASH, type Upload } from './journal.ts';

export async function alarmOfUpload(
  context: ServerContext,
  device: Device,
  { journalId, entries }: Upload,
  { quarantined }: Pick<JournalReceipt, 'quarantined'>,
): Promise<void> {
  const isCloned = quarantined.some(({ why }) => why === CLASH);
  const isRevoked = device.ended === 'revoked' && entries.length > 0;
  if (!isCloned && !isRevoked) return;
  const kind = isCloned ? 'cloned-identity' : 'revoked-device-uploads';
  const detail = { found: 'journal', journalId, entries: entries.length };
  const isRaised = await inTransaction(context.pool, (client) =>
    raiseAlarm(client, device, { kind, detail }, context.now()),
  );
  if (isRaised) context.bus.emit('notices', device.eventNumber);
}
