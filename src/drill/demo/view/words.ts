// Words of the screen. Both languages, written as originals.
import type { Reason } from '#domain/entry/verdict.ts';

export type Words = { readonly 'zh-CN': string; readonly en: string };

/** Short enough for a gate's line. */
export const REASON_WORDS: Readonly<Record<Reason, Words>> = {
  unreadable: { 'zh-CN': '重扫', en: 'again' },
  forged: { 'zh-CN': '无效', en: 'not valid' },
  unknown: { 'zh-CN': '查无', en: 'unknown' },
  'wrong-event': { 'zh-CN': '非本场', en: 'match' },
  cancelled: { 'zh-CN': '已取消', en: 'cancelled' },
  unpaid: { 'zh-CN': '未付款', en: 'unpaid' },
  'not-activated': { 'zh-CN': '未激活', en: 'unsold' },
  revoked: { 'zh-CN': '已换新', en: 'replaced' },
  blocked: { 'zh-CN': '已冻结', en: 'blocked' },
  held: { 'zh-CN': '暂停', en: 'held' },
  'too-early': { 'zh-CN': '未到时', en: 'early' },
  'too-late': { 'zh-CN': '已停止', en: 'closed' },
  'wrong-gate': { 'zh-CN': '非本口', en: 'gate' },
  'already-inside': { 'zh-CN': '已入场', en: 'inside' },
  'already-used': { 'zh-CN': '已用', en: 'used' },
  'too-soon': { 'zh-CN': '稍后', en: 'soon' },
  'stale-code': { 'zh-CN': '请刷新', en: 'stale' },
  'cannot-verify': { 'zh-CN': '待核', en: 'unsure' },
  annulled: { 'zh-CN': '已撤回', en: 'annulled' },
  'check-id': { 'zh-CN': '查证件', en: 'ID' },
  'check-age': { 'zh-CN': '查年龄', en: 'age' },
  'check-companion': { 'zh-CN': '查陪同', en: 'companion' },
  'check-height': { 'zh-CN': '查身高', en: 'height' },
  'check-dispute': { 'zh-CN': '争议', en: 'dispute' },
  'check-seat': { 'zh-CN': '查座位', en: 'seat' },
};

export function isCheck(reason: Reason): boolean {
  return reason.startsWith('check-');
}
