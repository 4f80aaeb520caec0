import { type SubmitEvent, useState } from 'react';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { asShopError } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';

/** Codes that people type; each is tried on the price before it counts. */
export function VoucherCodes({
  codes,
  onChange,
}: {
  readonly codes: readonly string[];
  /** @throws ShopError when they are not taken: then they stay as they were */
  readonly onChange: (codes: readonly string[]) => Promise<void>;
}) {
  const { say, has } = useWords();
  const [typed, setTyped] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const change = (next: readonly string[]) => {
    setIsBusy(true);
    setTrouble(null);
    onChange(next)
      .then(() => setTyped(''))
      .catch((fault: unknown) => {
        const { why, status } = asShopError(fault);
        const id = `trouble.${status === 0 ? 'unreachable' : why}`;
        setTrouble(say(has(id) ? id : 'trouble.other'));
      })
      .finally(() => setIsBusy(false));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const code = typed.trim();
    if (code !== '' && !isBusy && !codes.includes(code)) change([...codes, code]);
  };
  return (
    <details>
      <summary className="flex min-h-11 cursor-pointer items-center underline">
        {say('cart.voucher')}
      </summary>
      <form onSubmit={submit} className="flex items-start gap-2">
        <div className="flex-1">
          <Field
            label={say('cart.voucherCode')}
            value={typed}
            autoComplete="off"
            autoCapitalize="characters"
            maxLength={64}
            onChange={(event) => setTyped(event.target.value)}
            error={trouble}
          />
        </div>
        <Button type="submit" className="mt-6" isBusy={isBusy}>
          {say('cart.voucherUse')}
        </Button>
      </form>
      {codes.map((code) => (
        <Button
          key={code}
          size="small"
          kind="quiet"
          onClick={() => change(codes.filter((each) => each !== code))}
        >
          {say('cart.voucherDrop', { code })}
        </Button>
      ))}
    </details>
  );
}
