import type { ServerContext } from '#server/server-context.ts';
import { deleteDocuments } from './documents.ts';

/** Deletes the documents whose day has come, and writes down of which events how many. */
export async function deleteDueDocuments({
  acts,
  now,
}: Pick<ServerContext, 'acts' | 'now'>): Promise<number> {
  return await acts.do(
    null,
    async (client) => {
      const gone = await deleteDocuments(client, now());
      const total = gone.reduce((sum, { count }) => sum + count, 0);
      const act = { act: 'documents.deleted', subject: 'documents', detail: { events: gone } };
      return { result: total, act: total === 0 ? null : act };
    },
    'deletion of documents',
  );
}
