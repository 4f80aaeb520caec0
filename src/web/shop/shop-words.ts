import type { Catalogue } from '#web/ui/language.ts';
import { ARRIVAL_WORDS } from './words/arrival-words.ts';
import { HOLDER_WORDS } from './words/holder-words.ts';
import { ORDER_WORDS } from './words/order-words.ts';
import { SEAT_WORDS } from './words/seat-words.ts';
import { TICKET_WORDS } from './words/ticket-words.ts';
import { TROUBLE_WORDS } from './words/trouble-words.ts';

export const SHOP_WORDS: Catalogue = {
  ...SEAT_WORDS,
  ...ORDER_WORDS,
  ...TICKET_WORDS,
  ...HOLDER_WORDS,
  ...ARRIVAL_WORDS,
  ...TROUBLE_WORDS,
};
