// Messages from control, which stay until they are acknowledged, and calls to control, which are repeated
// until somebody has heard them.
import { z } from 'zod';
import type { StreamEvent } from '#lane/event-stream.ts';
import { type DeviceApi, Refused } from '../device/device-api.ts';
import { Watched } from '../observable.ts';

const message = z.object({
  id: z.string(),
  text: z.string(),
  urgency: z.enum(['info', 'important', 'urgent']),
  at: z.string(),
  until: z.string().nullable().optional(),
});
export type Message = z.infer<typeof message>;
const withdrawn = z.object({ id: z.string() });
const messageList = z.object({ messages: z.array(message) });

export const CALL_KINDS = ['crush', 'medical', 'threat', 'kit', 'help'] as const;
export type CallKind = (typeof CALL_KINDS)[number];
const CALL_STATES = ['open', 'acknowledged', 'closed'] as const;
const callState = z.object({ callId: z.string(), state: z.enum(CALL_STATES) });

export type Call = {
  readonly callId: string;
  readonly kind: CallKind;
  readonly at: string;
  readonly note: string | null;
  /** `sending` until a server has it. */
  readonly state: 'sending' | (typeof CALL_STATES)[number];
};

const RETRY_MS = 2_000;

export class Inbox {
  readonly messages = new Watched<readonly Message[]>([]);
  readonly calls = new Watched<readonly Call[]>([]);
  readonly #api: DeviceApi;
  readonly #acknowledged = new Set<string>();

  constructor(api: DeviceApi) {
    this.#api = api;
  }

  /** What waits here since before the app was started. */
  async load(): Promise<void> {
    const body = await this.#api.ask('GET', '/api/v1/devices/self/messages', null, messageList);
    for (const each of body.messages) this.#take(each);
  }

  /** From the live feed. */
  hear({ name, data }: StreamEvent): void {
    if (name === 'message') this.#take(message.parse(JSON.parse(data)));
    if (name === 'message-withdrawn') {
      const { id } = withdrawn.parse(JSON.parse(data));
      this.messages.set(this.messages.get().filter((each) => each.id !== id));
    }
    if (name === 'call') {
      const { callId, state } = callState.parse(JSON.parse(data));
      this.#change(callId, state);
    }
  }

  /** It leaves the screen at once; control learns of it as soon as somebody can be reached. */
  acknowledge(id: string): void {
    this.#acknowledged.add(id);
    this.messages.set(this.messages.get().filter((each) => each.id !== id));
    const at = new Date().toISOString();
    const path = `/api/v1/devices/self/messages/${encodeURIComponent(id)}/acknowledge`;
    void this.#until(() => this.#api.ask('POST', path, { at }, z.unknown()));
  }

  call(kind: CallKind, note: string | null = null): void {
    const callId = crypto.randomUUID();
    const at = new Date().toISOString();
    this.calls.set([...this.calls.get(), { callId, kind, at, note, state: 'sending' }]);
    const body = { callId, kind, at, ...(note === null ? {} : { note }) };
    void this.#until(async () => {
      const heard = await this.#api.ask('POST', '/api/v1/devices/self/calls', body, callState);
      this.#change(callId, heard.state);
    });
  }

  /** Off the screen; control goes on with it. */
  dismissCall(callId: string): void {
    this.calls.set(this.calls.get().filter((call) => call.callId !== callId));
  }

  #take(arrived: Message): void {
    if (this.#acknowledged.has(arrived.id)) return;
    const others = this.messages.get().filter(({ id }) => id !== arrived.id);
    this.messages.set([...others, arrived].sort((a, b) => (a.at < b.at ? -1 : 1)));
  }

  #change(callId: string, state: Call['state']): void {
    this.calls.set(
      this.calls.get().map((call) => (call.callId === callId ? { ...call, state } : call)),
    );
  }

  /** Again and again until a server has answered, also with a refusal. */
  async #until(work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (error instanceof Refused) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
