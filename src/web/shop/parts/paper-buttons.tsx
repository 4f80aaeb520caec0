import { useState } from 'react';
import type { OrderAdvice } from '#protocol/order-papers.ts';
import { ORDER_HEADER, shopPaths } from '#protocol/shop-addresses.ts';
import { Button } from '#web/ui/button.tsx';
import { useWords } from '../use-words.ts';
import type { OwnOrder } from './with-order.tsx';

export type Paper = OrderAdvice['papers'][number];

/**
 * To print, for the calendar, for the wallet: what of these there is. Asked with the secret in a header, so no
 * address of a paper opens it for anybody else.
 */
export function PaperButtons({
  order: { view, secret, advice, isOffline },
  papers,
  line = '',
}: {
  readonly order: OwnOrder;
  readonly papers: readonly Paper[];
  /** Of the ticket that a wallet pass is for. */
  readonly line?: string;
}) {
  const { say } = useWords();
  const [busy, setBusy] = useState<Paper | null>(null);
  const [told, setTold] = useState('');
  const shown = papers.filter((paper) => advice?.papers.includes(paper) === true);
  if (isOffline || shown.length === 0) return null;
  const take = (paper: Paper) => {
    setBusy(paper);
    setTold('');
    save(pathOf(paper, view.id, line), `${view.id}-${paper}`, secret)
      .then((isSaved) => setTold(isSaved ? '' : say('paper.none')))
      .catch(() => setTold(say('trouble.unreachable')))
      .finally(() => setBusy(null));
  };
  return (
    <div className="flex flex-wrap gap-2">
      {shown.map((paper) => (
        <Button key={paper} isBusy={busy === paper} onClick={() => take(paper)}>
          {say(`paper.${paper}`)}
        </Button>
      ))}
      <p role="status" className="w-full text-sm">
        {told}
      </p>
    </div>
  );
}

function pathOf(paper: Paper, order: string, line: string): string {
  if (paper === 'wallet.pkpass') return shopPaths.walletPass(order, line);
  return paper === 'calendar.ics' ? shopPaths.calendar(order) : shopPaths.paper(order, paper);
}

/** @returns false: it cannot be had */
async function save(path: string, name: string, secret: string): Promise<boolean> {
  const answer = await fetch(path, { headers: { [ORDER_HEADER]: secret } });
  if (!answer.ok) return false;
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement('a');
  [link.href, link.download] = [address, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return true;
}
