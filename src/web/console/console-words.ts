import type { Catalogue } from '#web/ui/language.ts';

export const CONSOLE_WORDS = {
  'console.title': { zh: '指挥室', en: 'Control room' },
} as const satisfies Catalogue;
