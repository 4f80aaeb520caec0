import type { Catalogue } from '#web/ui/language.ts';

/** Tickets counted out to a desk, sold while its hub is away. */
export const CONSIGNED_WORDS = {
  'consigned.title': { zh: '备票', en: 'Counted-out tickets' },
  'consigned.none': {
    zh: '本窗口没有备票。断网时只能卖备票。',
    en: 'None at this desk. Without its hub a desk sells only what was counted out to it.',
  },
  'consigned.out': {
    zh: '{n} 张备票在本窗口，共 {owed}，由您负责。',
    en: '{n, plural, one {# ticket} other {# tickets}} at this desk, worth {owed}. You answer for them.',
  },
  'consigned.untold': {
    zh: '{n} 笔断网售票待上报。',
    en: '{n, plural, one {# sale} other {# sales}} made without the hub, not told yet.',
  },
  'consigned.count-out': { zh: '领备票', en: 'Count out' },
  'consigned.count': { zh: '张数', en: 'How many' },
  'consigned.means': {
    zh: '这些票立即生效，可在断网时出售；每张都要在交班前交代：售出交款，未售退回。一次最多 {most} 张。',
    en: 'They are good at once and can be sold without the hub. Each is answered for before your drawer closes: sold with its money, or given back. {most} at a time at most.',
  },
  'consigned.give-back': {
    zh: '退回未售 {n} 张',
    en: 'Give back {n, plural, one {# unsold} other {# unsold}}',
  },
  'consigned.entered': {
    zh: '退回的票里有人已持票入场，票款仍记在您名下：{tickets}',
    en: 'Somebody came in with these; their price is still owed by you: {tickets}',
  },
  'consigned.trouble': {
    zh: '这笔断网售票没有入账（{tickets}）：{why}',
    en: 'This sale was not taken ({tickets}): {why}',
  },
  'consigned.away': {
    zh: '连不上中心：可售本窗口备票 {n} 张，恢复后自动上报。',
    en: 'The hub does not answer. {n, plural, one {# counted-out ticket} other {# counted-out tickets}} can be sold here; the hub is told when it is back.',
  },
  'consigned.too-many': { zh: '备票没有这么多。', en: 'There are not so many.' },
  'consigned.all-sold': { zh: '备票已售完。', en: 'All of them are sold.' },
  'consigned.sold': { zh: '已售 {n} 张', en: '{n} sold' },
} as const satisfies Catalogue;
