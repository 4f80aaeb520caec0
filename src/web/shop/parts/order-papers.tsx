import { useState } from 'react';
import { ORDER_HEADER, shopPaths } from '#protocol/shop-addresses.ts';
import { Button } from '#web/ui/button.tsx';
import { useWords } from '../use-words.ts';

/** To print. Asked with the secret in a header, so no address of a paper opens it for anybody else. */
export function OrderPapers({ id, secret }: { readonly id: string; readonly secret: string }) {
  const { say } = useWords();
  const [busy, setBusy] = useState<string | null>(null);
  const [told, setTold] = useState('');
  const papers = [
    { name: `${id}.pdf`, path: shopPaths.ticketsPdf(id), word: 'order.print' },
    { name: `${id}-receipt.pdf`, path: shopPaths.receiptPdf(id), word: 'order.receipt' },
  ];
  const take = (path: string, name: string) => {
    setBusy(path);
    setTold('');
    saved(path, name, secret)
      .then((isSaved) => setTold(isSaved ? '' : say('order.noPaper')))
      .catch(() => setTold(say('trouble.unreachable')))
      .finally(() => setBusy(null));
  };
  return (
    <div className="flex flex-wrap gap-2">
      {papers.map(({ name, path, word }) => (
        <Button key={path} isBusy={busy === path} onClick={() => take(path, name)}>
          {say(word)}
        </Button>
      ))}
      <p role="status" className="w-full text-sm">
        {told}
      </p>
    </div>
  );
}

/** @returns false: there is no such paper */
async function saved(path: string, name: string, secret: string): Promise<boolean> {
  const answer = await fetch(path, { headers: { [ORDER_HEADER]: secret } });
  if (!answer.ok) return false;
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement('a');
  [link.href, link.download] = [address, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return true;
}
