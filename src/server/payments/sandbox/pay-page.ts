// The page on which a buyer pays in the sandbox. It says that no money moves.
import type { SandboxPayment } from './bank.ts';

const WORDS = {
  zh: {
    lang: 'zh-CN',
    title: '沙箱支付',
    note: '演示环境：不会发生真实扣款。',
    pay: '支付',
    decline: '不支付',
    closed: '这笔支付已结束，请返回订单页面。',
    back: '返回订单',
  },
  en: {
    lang: 'en',
    title: 'Sandbox payment',
    note: 'This is a demonstration: no money moves.',
    pay: 'Pay',
    decline: 'Do not pay',
    closed: 'This payment has ended. Go back to your order.',
    back: 'Back to the order',
  },
} as const;

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

const STYLE = `body{font:1.125rem/1.5 system-ui,sans-serif;max-width:24rem;margin:3rem auto;padding:0 1rem;
color:CanvasText;background:Canvas;color-scheme:light dark}button,a.b{display:block;width:100%;box-sizing:border-box;
min-height:3rem;margin:.75rem 0;font:inherit;border-radius:.5rem;border:1px solid;background:Canvas;color:CanvasText;
text-align:center;line-height:3rem;text-decoration:none}button.p{background:#0b5fff;border-color:#0b5fff;color:#fff}
.a{font-size:2rem;font-variant-numeric:tabular-nums}`;

/** @param language - the request's Accept-Language */
export function payPage(payment: SandboxPayment, language: string | undefined): string {
  const words = /^\s*zh/i.test(language ?? '') ? WORDS.zh : WORDS.en;
  const { amountMinor, currency, description, returnUrl } = payment.begun;
  const amount = new Intl.NumberFormat(words.lang, { style: 'currency', currency }).format(
    amountMinor / 100,
  );
  const isOver = payment.isClosed || payment.charges.length > 0;
  const form = isOver
    ? `<p>${words.closed}</p><a class="b" href="${escaped(returnUrl)}">${words.back}</a>`
    : `<form method="post"><button class="p" name="outcome" value="pay">${words.pay}</button>
<button name="outcome" value="decline">${words.decline}</button></form>`;
  return `<!doctype html><html lang="${words.lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${words.title}</title>
<style>${STYLE}</style></head><body><main><h1>${words.title}</h1><p>${escaped(description)}</p>
<p class="a">${escaped(amount)}</p><p>${words.note}</p>${form}</main></body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
