import type { Catalogue } from './language.ts';

/** Words that every app uses. */
export const SHARED_WORDS = {
  'shared.language': { zh: '语言', en: 'Language' },
  'shared.theme': { zh: '外观', en: 'Theme' },
  'shared.theme.auto': { zh: '跟随系统', en: 'System' },
  'shared.theme.light': { zh: '浅色', en: 'Light' },
  'shared.theme.dark': { zh: '深色', en: 'Dark' },
  'shared.close': { zh: '关闭', en: 'Close' },
  'shared.cancel': { zh: '取消', en: 'Cancel' },
  'shared.confirm': { zh: '确认', en: 'Confirm' },
  'shared.back': { zh: '返回', en: 'Back' },
  'shared.retry': { zh: '重试', en: 'Try again' },
} as const satisfies Catalogue;
