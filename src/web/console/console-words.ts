import type { Catalogue } from '#web/ui/language.ts';
import { ACT_WORDS } from './words/act-words.ts';
import { AFTER_WORDS } from './words/after-words.ts';
import { CONSIGNED_WORDS } from './words/consigned-words.ts';
import { DESK_WORDS } from './words/desk-words.ts';
import { GROUND_WORDS } from './words/ground-words.ts';
import { SEAT_WORDS } from './words/seat-words.ts';
import { SELL_WORDS } from './words/sell-words.ts';
import { SHELL_WORDS } from './words/shell-words.ts';

export const CONSOLE_WORDS: Catalogue = {
  ...SHELL_WORDS,
  ...GROUND_WORDS,
  ...SEAT_WORDS,
  ...CONSIGNED_WORDS,
  ...DESK_WORDS,
  ...SELL_WORDS,
  ...AFTER_WORDS,
  ...ACT_WORDS,
};
