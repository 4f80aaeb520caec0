import type { Catalogue } from '#web/ui/language.ts';

export const GATE_WORDS = {
  'gate.title': { zh: '入口', en: 'Gate' },
} as const satisfies Catalogue;
