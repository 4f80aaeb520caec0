// The seam for short messages: a provider is given the id of a template that it has approved, and values.
import type { AttemptOutcome } from '#domain/delivery/attempts.ts';
import { type ShortText, shortTextOf } from '#domain/delivery/short-texts.ts';
import type { TextConfig } from './outbox-config.ts';
import type { Carrier } from './sender.ts';

/** What a provider's network is asked for. */
export type TextOrder = {
  readonly to: string;
  /** As it was registered with the network, `【…】` of the message. */
  readonly signature: string;
  readonly templateId: string;
  readonly values: ShortText['values'];
  /** The same for every attempt, so that a provider that knows it sends once. */
  readonly orderId: string;
};

export type TextProvider = { send(order: TextOrder): Promise<AttemptOutcome> };

export function textCarrier({ signature, templates }: TextConfig, provider: TextProvider): Carrier {
  return {
    channel: 'text',
    async send({ key, occasion, language, addressee }) {
      const text = shortTextOf(occasion, language);
      const templateId = text === null ? undefined : templates[text.template]?.[language];
      if (text === null || templateId === undefined) {
        return {
          kind: 'refused',
          why: `no template is approved for “${occasion.template}” (${language})`,
        };
      }
      const { values } = text;
      const { address: to } = addressee;
      return await provider.send({ to, signature, templateId, values, orderId: key });
    },
    close: () => {},
  };
}

const REMEMBERED_MAX = 100;

/** Sends nothing and writes nothing anywhere: for demonstrations, and until a network has approved. */
export class SandboxTexts implements TextProvider {
  readonly #orders: TextOrder[] = [];

  get orders(): readonly TextOrder[] {
    return this.#orders;
  }

  async send(order: TextOrder): Promise<AttemptOutcome> {
    // A phone that ends in 0000 is off, as providers' own sandboxes have it.
    if (order.to.endsWith('0000')) return { kind: 'deferred', why: 'the phone is off' };
    const isRepeat = this.#orders.some(({ orderId }) => orderId === order.orderId);
    if (!isRepeat) this.#orders.push(order);
    if (this.#orders.length > REMEMBERED_MAX) this.#orders.shift();
    return { kind: 'sent' };
  }
}
