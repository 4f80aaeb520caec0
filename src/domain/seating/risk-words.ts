// Risks of an entry as people say them, with what to do about each.
import type { EntryRisk } from './entry-forecast.ts';

type Words = { readonly 'zh-CN': string; readonly en: string };

export function wordsOfRisk(risk: EntryRisk): Words {
  const { people, minutes } = risk;
  const at = risk.gate ?? risk.section ?? '';
  switch (risk.kind) {
    case 'no-gate':
      return {
        'zh-CN': `${at} 区已售 ${people} 张，却没有可用入口：请在比赛文件中指定入口。`,
        en: `Section ${at} has sold ${people} and no gate leads there: name one in the event file.`,
      };
    case 'sold-beyond-entry':
      return {
        'zh-CN': `${at} 区售出数超出一小时入场能力 ${people} 人：加开通道、安排分流，或提前开门。`,
        en: `Section ${at} has sold ${people} more than its gates let in within the hour: add lanes, divert, or open earlier.`,
      };
    case 'outside-at-kick-off':
      return {
        'zh-CN': `${at} 入口开球时预计仍有 ${people} 人在外，开球后 ${minutes} 分钟才能入完：加开通道或分流。`,
        en: `Gate ${at} will have ${people} outside at kick-off, the last of them in ${minutes} minutes after it: add lanes or divert.`,
      };
    case 'no-accessible-lane':
      return {
        'zh-CN': `${at} 区有 ${people} 个无障碍席及陪同席，却没有无障碍通道可达：请至少开一条。`,
        en: `Section ${at} has ${people} wheelchair and companion places and no accessible lane leads there: open one.`,
      };
    case 'lanes-missing':
      return {
        'zh-CN': `${at} 入口按已售 ${people} 人还缺 ${risk.lanes} 条普通通道：加开通道，并备好设备和检票员。`,
        en: `Gate ${at} lacks ${counted(risk.lanes, 'lane')} for the ${people} who have bought: open more, with devices and stewards.`,
      };
    case 'accessible-lanes-missing':
      return {
        'zh-CN': `${at} 入口还缺 ${risk.lanes} 条无障碍通道：请加开。`,
        en: `Gate ${at} lacks ${counted(risk.lanes, 'accessible lane')}: open more.`,
      };
    case 'fast-lanes-missing':
      return {
        'zh-CN': `${at} 入口安检是瓶颈，按 ${people} 人还缺 ${risk.lanes} 条无包快速通道：请设置。`,
        en: `Search is what holds gate ${at} up: with ${people} coming it lacks ${counted(risk.lanes, 'fast lane')} for those without bags.`,
      };
    case 'allotment-open':
      return {
        'zh-CN': `预留“${risk.allotment}”还有 ${people} 个座位未售，${whenZh(minutes ?? 0)}才放开：请收回或确认。`,
        en: `Allotment ${risk.allotment} still keeps ${counted(people, 'seat')} until ${whenEn(minutes ?? 0)}: take them back or have them confirmed.`,
      };
    case 'long-wait':
      return {
        'zh-CN': `${at} 入口最多 ${people} 人排队，约等 ${minutes} 分钟：提前开门，或引导早到。`,
        en: `Gate ${at} will have up to ${people} waiting, about ${minutes} minutes: open earlier, or draw people in earlier.`,
      };
    case 'one-lane-from-trouble':
      return {
        'zh-CN': `${at} 入口少一条通道就会有 ${people} 人无法在一小时内入场：备一台设备和一名检票员。`,
        en: `With one lane less, gate ${at} is ${people} people short in the hour: keep a device and a steward ready.`,
      };
  }
}

function counted(n = 0, thing = ''): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}

function whenEn(minutesBeforeDoors: number): string {
  const hours = Math.round(Math.abs(minutesBeforeDoors) / 60);
  const span =
    hours === 0 ? counted(Math.abs(minutesBeforeDoors), 'minute') : counted(hours, 'hour');
  return `${span} ${minutesBeforeDoors < 0 ? 'after' : 'before'} doors`;
}

function whenZh(minutesBeforeDoors: number): string {
  const hours = Math.round(Math.abs(minutesBeforeDoors) / 60);
  const span = hours === 0 ? `${Math.abs(minutesBeforeDoors)} 分钟` : `${hours} 小时`;
  return `开门${minutesBeforeDoors < 0 ? '后' : '前'} ${span}`;
}
