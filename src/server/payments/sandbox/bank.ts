// The sandbox's book: payments, charges and refunds, each act done once by its key. It knows nothing of HTTP, and
// misbehaves only where a provider itself would: buyers who pay twice, late, or something else.
import { randomName } from '#server/platform/crypto.ts';
import type { SandboxAct, SandboxAnswer, SandboxBegin, SandboxFact } from './sandbox-messages.ts';

export type SandboxCharge = {
  readonly id: string;
  readonly amountMinor: number;
  state: 'authorised' | 'captured' | 'voided';
  refundedMinor: number;
};

export type SandboxPayment = {
  readonly begun: SandboxBegin;
  /** Opaque: whoever has it may pay. */
  readonly ref: string;
  readonly charges: SandboxCharge[];
  /** Everything that happened, in order. */
  readonly facts: SandboxFact[];
  isClosed: boolean;
};

const PAYMENTS_MAX = 1_000_000;

export class SandboxBank {
  readonly #payments = new Map<string, SandboxPayment>();
  readonly #byRef = new Map<string, SandboxPayment>();
  readonly #answers = new Map<string, SandboxAnswer>();
  readonly #now: () => number;
  /** Told of each fact as it happens. */
  onFact: (payment: SandboxPayment, fact: SandboxFact) => void = () => {};

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The same payment begun again is the same payment. */
  begin(begun: SandboxBegin): SandboxPayment {
    const known = this.#payments.get(begun.payment);
    if (known !== undefined) return known;
    if (this.#payments.size >= PAYMENTS_MAX) throw new Error('the sandbox is full: start another');
    const ref = randomName('sb-', 10);
    const payment: SandboxPayment = { begun, ref, charges: [], facts: [], isClosed: false };
    this.#payments.set(begun.payment, payment);
    this.#byRef.set(ref, payment);
    return payment;
  }

  find(id: string): SandboxPayment | null {
    return this.#payments.get(id) ?? null;
  }

  findByRef(ref: string): SandboxPayment | null {
    return this.#byRef.get(ref) ?? null;
  }

  all(): Iterable<SandboxPayment> {
    return this.#payments.values();
  }

  /** A buyer pays. @returns false: the payment was closed before */
  pay(payment: SandboxPayment, amountMinor: number): boolean {
    if (payment.isClosed) return false;
    const charge: SandboxCharge = {
      id: randomName('ch-', 8),
      amountMinor,
      state: 'authorised',
      refundedMinor: 0,
    };
    payment.charges.push(charge);
    if (payment.begun.capture === 'manual') this.#tell(payment, 'authorised', charge);
    else this.#captureCharge(payment, charge);
    return true;
  }

  /** A buyer will not, or may not. */
  decline(payment: SandboxPayment): void {
    if (payment.isClosed || payment.charges.length > 0) return;
    payment.isClosed = true;
    this.#tell(payment, 'failed', null);
  }

  capture(payment: SandboxPayment, act: SandboxAct): SandboxAnswer {
    return this.#once(payment, act, () => {
      const charge = chargeOf(payment, act.charge);
      if (charge === null || charge.state === 'voided') {
        return refused('declined', 'there is no authorised charge');
      }
      if (charge.state === 'authorised') this.#captureCharge(payment, charge);
      return answerOf(payment, (fact) => fact.charge === charge.id && fact.kind === 'captured');
    });
  }

  /** Of one charge, or of all of a payment, which nobody can pay then. */
  void(payment: SandboxPayment, act: SandboxAct): SandboxAnswer {
    return this.#once(payment, act, () => {
      const charges = payment.charges.filter(({ id }) => act.charge === null || id === act.charge);
      if (charges.some(({ state }) => state === 'captured')) {
        return refused('already-captured', 'the money was captured before');
      }
      for (const charge of charges.filter(({ state }) => state === 'authorised')) {
        charge.state = 'voided';
        this.#tell(payment, 'voided', charge);
      }
      if (act.charge === null && !payment.isClosed) {
        payment.isClosed = true;
        if (charges.length === 0) this.#tell(payment, 'voided', null);
      }
      return answerOf(payment, ({ kind }) => kind === 'voided');
    });
  }

  refund(payment: SandboxPayment, act: SandboxAct): SandboxAnswer {
    return this.#once(payment, act, () => {
      const charge = chargeOf(payment, act.charge);
      if (charge?.state !== 'captured') return refused('not-captured', 'nothing was captured');
      if (charge.refundedMinor + act.amountMinor > charge.amountMinor) {
        return refused('declined', 'more than was captured');
      }
      charge.refundedMinor += act.amountMinor;
      const fact = this.#tell(payment, 'refunded', charge, act);
      return { kind: 'facts', facts: [fact] };
    });
  }

  #once({ begun }: SandboxPayment, { key }: SandboxAct, act: () => SandboxAnswer): SandboxAnswer {
    const name = `${begun.payment} ${key}`;
    const before = this.#answers.get(name);
    if (before !== undefined) return before;
    const answer = act();
    this.#answers.set(name, answer);
    return answer;
  }

  #captureCharge(payment: SandboxPayment, charge: SandboxCharge): void {
    charge.state = 'captured';
    payment.isClosed = payment.begun.capture === 'automatic' || payment.isClosed;
    this.#tell(payment, 'captured', charge);
  }

  #tell(
    payment: SandboxPayment,
    kind: SandboxFact['kind'],
    charge: SandboxCharge | null,
    refund: SandboxAct | null = null,
  ): SandboxFact {
    const { begun } = payment;
    const id = charge?.id ?? '';
    const fact: SandboxFact = {
      kind,
      payment: begun.payment,
      ref: refund === null ? id || begun.payment : `re-${refund.key}`,
      charge: id,
      amountMinor: refund?.amountMinor ?? charge?.amountMinor ?? 0,
      currency: begun.currency,
      key: refund?.key ?? null,
      at: new Date(this.#now()).toISOString(),
    };
    payment.facts.push(fact);
    this.onFact(payment, fact);
    return fact;
  }
}

function chargeOf(payment: SandboxPayment, id: string | null): SandboxCharge | null {
  return payment.charges.find((charge) => id === null || charge.id === id) ?? null;
}

function answerOf(payment: SandboxPayment, isMeant: (fact: SandboxFact) => boolean): SandboxAnswer {
  return { kind: 'facts', facts: payment.facts.filter(isMeant) };
}

function refused(
  reason: Extract<SandboxAnswer, { kind: 'refused' }>['reason'],
  detail: string,
): SandboxAnswer {
  return { kind: 'refused', reason, detail };
}
