// Inside WeChat nothing of this works offline: how to continue in the real browser.
import { useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Mark } from '#web/ui/mark.tsx';
import type { OfferText } from '../device/offer-text.ts';

export function isInsideWeChat(): boolean {
  return /MicroMessenger/i.test(navigator.userAgent);
}

export function WeChatScreen({ offer }: { readonly offer: OfferText | null }) {
  const intl = useIntl();
  const [isCopied, setIsCopied] = useState(false);
  const link = `${location.origin}/gate/${offer === null ? '' : `#e=${offer.secret}`}`;
  const steps = ['enrol.wechat.one', 'enrol.wechat.two', 'enrol.wechat.three'] as const;
  // WeChat opens in the browser what stands in the address.
  if (offer !== null && location.hash === '') history.replaceState(null, '', link);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col gap-6 p-6">
      <header className="flex items-center gap-3 pt-4">
        <span className="text-accent">
          <Mark size={40} />
        </span>
        <h1 className="font-semibold text-xl">
          {intl.formatMessage({ id: 'enrol.wechat.title' })}
        </h1>
      </header>
      <p className="text-lg">{intl.formatMessage({ id: 'enrol.wechat.lead' })}</p>
      <ol className="flex flex-col gap-4 text-lg">
        {steps.map((step, index) => (
          <li key={step} className="flex gap-3">
            <span className="flex size-8 shrink-0 items-center justify-center rounded-full border border-line font-semibold text-base">
              {index + 1}
            </span>
            {intl.formatMessage({ id: step })}
          </li>
        ))}
      </ol>
      <Button
        kind="main"
        size="lane"
        onClick={() => {
          navigator.clipboard.writeText(link).then(
            () => setIsCopied(true),
            () => setIsCopied(false),
          );
        }}
      >
        {intl.formatMessage({ id: isCopied ? 'enrol.wechat.copied' : 'enrol.wechat.copy' })}
      </Button>
      <p className="select-all break-all rounded-md border border-line bg-raised p-3 text-sm">
        {link}
      </p>
    </main>
  );
}
