// Names that lanes ask by, and the power that the boxes run on.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Finding, found } from './finding.ts';

/** A stand without power is back within this, or a generator runs. */
const POWER_MIN_MINUTES = 30;

export async function lookAtName(address: string): Promise<Finding> {
  const host = new URL(address).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    return found('dns', 'ok', address, { zh: '是地址，不用解析', en: 'an address, not a name' });
  }
  try {
    const addresses = (await lookup(host, { all: true })).map(({ address: each }) => each);
    return found('dns', 'ok', host, {
      zh: addresses.join(', '),
      en: addresses.join(', '),
      values: { addresses: addresses.join(', ') },
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return found('dns', 'fail', host, {
      zh: `解析不了：${code}`,
      en: `does not resolve: ${code}`,
      values: { code: code ?? null },
      mend: {
        zh: '查场内 DNS；公网断了也要能解析，把名字写进场内解析器',
        en: 'look at the resolver of the ground: it must know this name when the Internet is gone',
      },
    });
  }
}

/** @param minutes - that boxes and switches run on batteries; null: nobody has said */
export function lookAtPower(minutes: number | null): Finding {
  const mend = {
    zh: `主机、交换机、无线都接上能撑 ${POWER_MIN_MINUTES} 分钟的不间断电源，并拔一次电试试`,
    en: `put boxes, switches and access points on batteries for ${POWER_MIN_MINUTES} minutes, and pull the plug once`,
  };
  if (minutes === null) {
    return found('power', 'unknown', 'UPS', {
      zh: '没有说明电池能撑多久（--battery-minutes）',
      en: 'nobody has said how long batteries last (--battery-minutes)',
      mend,
    });
  }
  const isEnough = minutes >= POWER_MIN_MINUTES;
  return found('power', isEnough ? 'ok' : 'warn', 'UPS', {
    zh: `据说能撑 ${minutes} 分钟`,
    en: `said to last ${minutes} minutes`,
    values: { minutes },
    ...(isEnough ? {} : { mend }),
  });
}
