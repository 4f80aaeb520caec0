// One scan asked at one address: the same scanId everywhere and in every repeat, so that however many of
// them arrive it is one scan.
import { type ScanAnswer, scanAnswer } from '#protocol/scans.ts';
import type { Hub } from './hub.ts';
import { isRevoking, NoAnswer, type Reply } from './replies.ts';

export type Asked =
  | { readonly kind: 'answered'; readonly answer: ScanAnswer }
  /** Nobody who can decide has answered in time. */
  | { readonly kind: 'unanswered'; readonly cause: string }
  | { readonly kind: 'revoked' }
  /** The server answered, and will not decide this request however often it is sent. */
  | { readonly kind: 'refused'; readonly status: number; readonly words: string };

/** @throws when this address cannot decide, or what came is no answer */
export async function askOne(
  hub: Hub,
  base: string,
  scan: { readonly json: string; readonly headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<Asked> {
  const call = { method: 'POST', path: '/api/v1/scans', ...scan } as const;
  let reply: Reply;
  try {
    reply = await hub.send(base, call, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    // A server may close a connection that has been idle in the moment in which it is used again.
    reply = await hub.send(base, call, signal);
  }
  return judged(reply, (JSON.parse(scan.json) as { scanId: string }).scanId);
}

/** @throws NoAnswer */
function judged(reply: Reply, scanId: string): Asked {
  if (reply.status === 200) {
    const parsed = scanAnswer.safeParse(reply.body);
    if (!parsed.success) throw new NoAnswer('what came back is not a verdict');
    if (parsed.data.scanId !== scanId) throw new NoAnswer('what came back is of another scan');
    return { kind: 'answered', answer: parsed.data };
  }
  // A proxy or a portal refuses in its own words; only ours carry a code.
  const { status, code, words } = reply;
  if (isRevoking(reply)) return { kind: 'revoked' };
  const isOfTheMoment = status >= 500 || status === 401 || status === 429 || status === 408;
  if (code === null || isOfTheMoment) throw new NoAnswer(code ?? words);
  return { kind: 'refused', status, words };
}
