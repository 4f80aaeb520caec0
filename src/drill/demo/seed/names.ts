// Names of holders: common surnames with common given names, drawn by chance. Nobody in particular.
import type { Chance } from './chance.ts';

const SURNAMES = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷段龙黎史贺陶顾毛郝龚邵万',
  '欧阳',
  '上官',
  '司马',
];
const GIVEN = [
  ...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂辉玲华红健鑫宇浩欣悦晨雪琳佳琪梓涵子轩雨桐嘉怡俊博文思远睿泽',
];
const LATIN_GIVEN = [
  'Amara',
  'Ben',
  'Carla',
  'Daniel',
  'Elena',
  'Farid',
  'Grace',
  'Hugo',
  'Ines',
  'Jonas',
  'Karim',
  'Lucia',
  'Marek',
  'Nadia',
  'Owen',
  'Priya',
  'Rosa',
  'Samuel',
  'Tomoko',
  'Yusuf',
];
const LATIN_FAMILY = [
  'Almeida',
  'Baker',
  'Castro',
  'Dubois',
  'Eriksen',
  'Fischer',
  'García',
  'Haddad',
  'Ivanov',
  'Jansen',
  'Kowalski',
  'Lindqvist',
  'Moreau',
  'Novák',
  'O’Brien',
  'Petersen',
  'Rossi',
  'Silva',
  'Tanaka',
  'Weber',
];
const LATIN_SHARE = 0.12;
const ONE_CHARACTER_SHARE = 0.25;

/** A household shares its surname. */
export type Household = { readonly surname: string; readonly isLatin: boolean };

export function household(chance: Chance): Household {
  const isLatin = chance.happens(LATIN_SHARE);
  return { isLatin, surname: chance.one(isLatin ? LATIN_FAMILY : SURNAMES) };
}

export function personName(chance: Chance, { surname, isLatin }: Household): string {
  if (isLatin) return `${chance.one(LATIN_GIVEN)} ${surname}`;
  const given = chance.one(GIVEN);
  return surname + given + (chance.happens(ONE_CHARACTER_SHARE) ? '' : chance.one(GIVEN));
}
