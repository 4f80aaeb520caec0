// A ticket for Apple Wallet. What the gate reads is the same code as on paper and on the page.
import { PKPass } from 'passkit-generator';
import type { Localized } from '#domain/venue/match-event.ts';
import type { WalletConfig } from '#server/outbox/wallet-config.ts';
import { clockTime, dateLine } from '#server/paper/local-time.ts';
import { markPng } from '#server/paper/mark-png.ts';
import { gateLine } from '#server/paper/seat-line.ts';
import type { TicketFace } from '#server/paper/ticket-face.ts';
import { WORDS } from '#server/paper/words.ts';

export type WalletTicket = {
  readonly eventId: string;
  readonly face: TicketFace;
  readonly route: Localized | null;
  readonly isVoid: boolean;
};

const ICONS = {
  'icon.png': 29,
  'icon@2x.png': 58,
  'icon@3x.png': 87,
  'logo.png': 50,
  'logo@2x.png': 100,
};

export function walletPass(
  { eventId, face, route, isVoid }: WalletTicket,
  config: WalletConfig,
): Buffer {
  const pictures = Object.entries(ICONS).map(([name, edge]) => [name, markPng(edge)] as const);
  const { event } = face;
  const pass = new PKPass(
    Object.fromEntries(pictures),
    {
      wwdr: config.intermediate,
      signerCert: config.certificate,
      signerKey: config.key,
    },
    {
      passTypeIdentifier: config.passTypeIdentifier,
      teamIdentifier: config.teamIdentifier,
      organizationName: config.organisation,
      // The same ticket again takes the place of the one that is there.
      serialNumber: `${eventId}.${face.ref}`,
      description: `${WORDS.ticket.en} ${face.ref}`,
      foregroundColor: 'rgb(20,22,26)',
      labelColor: 'rgb(90,87,82)',
      backgroundColor: 'rgb(255,255,255)',
      sharingProhibited: true,
      voided: isVoid,
    },
  );
  pass.type = 'eventTicket';
  const said = new Strings();
  fillFront(pass, face, said);
  pass.backFields.push(
    ...(route === null
      ? []
      : [{ key: 'route', label: said.label('entry'), value: said.text(route) }]),
    { key: 'venue', label: said.text(PLACE), value: said.text(event.venue) },
    { key: 'ref', label: said.label('ticket'), value: face.ref },
    ...(face.orderRef === null
      ? []
      : [{ key: 'order', label: said.label('order'), value: face.orderRef }]),
  );
  pass.setBarcodes({
    format: 'PKBarcodeFormatQR',
    message: face.code,
    messageEncoding: 'iso-8859-1',
    altText: face.shortId,
  });
  pass.setRelevantDate(new Date(event.startsAt));
  pass.localize('en', said.in('en'));
  pass.localize('zh-Hans', said.in('zh-CN'));
  return pass.getAsBuffer();
}

const PLACE: Localized = { 'zh-CN': '球场', en: 'Ground' };

function fillFront(pass: PKPass, face: TicketFace, said: Strings): void {
  const { event } = face;
  const date = dateLine(event.startsAt, event.timeZone);
  pass.headerFields.push({
    key: 'gate',
    label: said.label('gate'),
    value: said.text(gateLine(face.gates)),
  });
  pass.primaryFields.push({ key: 'match', label: '', value: said.text(event.name) });
  pass.secondaryFields.push(
    { key: 'date', label: said.text(DAY), value: said.text(date) },
    {
      key: 'kick-off',
      label: said.label('kickOff'),
      value: clockTime(event.startsAt, event.timeZone),
    },
    { key: 'entry', label: said.label('entry'), value: clockTime(face.entryFrom, event.timeZone) },
  );
  const place = [
    ['section', face.section],
    ['row', face.row],
    ['seat', face.seat],
  ] as const;
  for (const [key, value] of place) {
    if (value !== null) pass.auxiliaryFields.push({ key, label: said.label(key), value });
  }
  pass.auxiliaryFields.push({
    key: 'type',
    label: said.label('type'),
    value: said.text(face.type),
  });
}

const DAY: Localized = { 'zh-CN': '日期', en: 'Date' };

/** Texts that a wallet shows in its own language: the pass names them, files beside it say them. */
class Strings {
  readonly #texts = new Map<string, Localized>();

  label(key: keyof typeof WORDS): string {
    return this.text(WORDS[key]);
  }

  text(text: Localized): string {
    const known = [...this.#texts].find(
      ([, { en, 'zh-CN': zh }]) => en === text.en && zh === text['zh-CN'],
    );
    if (known !== undefined) return known[0];
    const name = `t${this.#texts.size}`;
    this.#texts.set(name, text);
    return name;
  }

  in(language: keyof Localized): Record<string, string> {
    return Object.fromEntries([...this.#texts].map(([name, text]) => [name, text[language]]));
  }
}
