// The certificate that an address shows: whether it is trusted, names what it is asked by, and for how long.
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { type Finding, found } from './finding.ts';

const DAY_MS = 86_400_000;
const WARN_DAYS = 21;
const FAIL_DAYS = 3;
const ANSWER_WITHIN_MS = 5_000;

const RENEW = {
  zh: '续期证书，把两个文件都换掉；服务器两秒内自动改用：docs/runbook/certificate-expired.md',
  en: 'renew it and replace both files; the server takes it up within two seconds: docs/runbook/certificate-expired.md',
};

export async function lookAtCertificate(address: string, now: number): Promise<Finding> {
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '');
  let shown: Shown;
  try {
    shown = await certificateOf(host, Number(port || 443));
  } catch (error) {
    return found('certificate', 'fail', address, {
      zh: `没有完成 TLS 握手：${(error as Error).message}`,
      en: `no TLS handshake: ${(error as Error).message}`,
      mend: {
        zh: '看服务器是否在运行、端口是否对、证书链文件是否完整',
        en: 'see whether the server runs, on this port, with a whole chain in --tls-cert',
      },
    });
  }
  const days = Math.floor((shown.validTo - now) / DAY_MS);
  const values = { days, validTo: new Date(shown.validTo).toISOString(), names: shown.names };
  const until = `${values.validTo.slice(0, 10)}（${days} 天）`;
  if (shown.validFrom > now) {
    return found('certificate', 'fail', address, {
      zh: `${new Date(shown.validFrom).toISOString()} 才开始有效`,
      en: `is not good before ${new Date(shown.validFrom).toISOString()}`,
      mend: { zh: '先查本机时钟，再查证书', en: 'look at the clock of this machine first' },
      values,
    });
  }
  if (days < FAIL_DAYS) {
    const isOver = shown.validTo <= now;
    return found('certificate', 'fail', address, {
      zh: isOver ? `已于 ${values.validTo} 过期` : `${until}后过期`,
      en: isOver ? `expired at ${values.validTo}` : `expires in ${days} days`,
      mend: RENEW,
      values,
    });
  }
  if (shown.refusal !== null) {
    return found('certificate', 'fail', address, { ...refusalWords(shown), values });
  }
  return found('certificate', days < WARN_DAYS ? 'warn' : 'ok', address, {
    zh: `${shown.names}，有效至 ${until}`,
    en: `${shown.names}, good for ${days} days`,
    values,
    ...(days < WARN_DAYS ? { mend: RENEW } : {}),
  });
}

function refusalWords({ refusal, names }: Shown) {
  if (refusal === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      zh: `证书上没有这个名字，只有 ${names}`,
      en: `does not name this address; it names ${names}`,
      mend: {
        zh: '用证书上的名字访问，或重签一张含此名字的证书',
        en: 'use a name that it names, or have it issued anew with this one',
      },
    };
  }
  return {
    zh: `不受信任：${refusal}`,
    en: `is not trusted: ${refusal}`,
    mend: {
      zh: '--tls-cert 里要有整条链（服务器证书在前）；自建 CA 用 --ca 指明',
      en: 'put the whole chain into --tls-cert, the server’s own first; name a private authority with --ca',
    },
  };
}

type Shown = {
  readonly validFrom: number;
  readonly validTo: number;
  readonly names: string;
  /** Why whoever checks would refuse it; null when it is good. */
  readonly refusal: string | null;
};

async function certificateOf(host: string, port: number): Promise<Shown> {
  const { promise, resolve, reject } = Promise.withResolvers<Shown>();
  const socket: TLSSocket = connect({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    // Looked at even if it is bad; nothing is said to whoever shows it.
    rejectUnauthorized: false,
    timeout: ANSWER_WITHIN_MS,
  });
  socket.once('timeout', () => socket.destroy(new Error('no answer in time')));
  socket.once('error', reject);
  socket.once('secureConnect', () => {
    const certificate = socket.getPeerCertificate();
    const refusal = socket.authorizationError as (Error & { code?: string }) | string | null;
    resolve({
      validFrom: Date.parse(certificate.valid_from),
      validTo: Date.parse(certificate.valid_to),
      names: certificate.subjectaltname ?? String(certificate.subject?.CN ?? ''),
      refusal:
        refusal === null
          ? null
          : typeof refusal === 'string'
            ? refusal
            : (refusal.code ?? refusal.message),
    });
  });
  return await promise.finally(() => socket.destroy());
}
