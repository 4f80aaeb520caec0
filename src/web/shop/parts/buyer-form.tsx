import { type SubmitEvent, useState } from 'react';
import type { HoldView, QuoteView, SaleView } from '#protocol/shop.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { LOCALE_OF } from '#web/ui/language.ts';
import type { ShopError } from '../ask-shop.ts';
import { type Contact, readContact } from '../cart/contact.ts';
import { orderAndPay } from '../cart/pay.ts';
import { asShopError } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';
import { BillLines } from './bill-lines.tsx';
import { BottomBar } from './bottom-bar.tsx';
import { type Holder, HolderFields, isNamed, namedPlaces } from './holder-fields.tsx';
import { ProviderChoice } from './provider-choice.tsx';
import { RefundRule } from './refund-rule.tsx';
import { Trouble } from './trouble.tsx';

/** Who buys, how it is paid, and the step that does both. Nobody needs an account. */
export function BuyerForm({
  sale,
  hold,
  types,
  vouchers,
  quote,
  onPriceChanged,
}: {
  readonly sale: SaleView;
  readonly hold: HoldView;
  readonly types: ReadonlyMap<string, string>;
  readonly vouchers: readonly string[];
  readonly quote: QuoteView | null;
  /** It costs something else now: nothing was ordered. */
  readonly onPriceChanged: () => void;
}) {
  const { say, bill, language } = useWords();
  const [name, setName] = useState('');
  const [contact, setContact] = useState('');
  const [provider, setProvider] = useState(sale.providers[0] ?? '');
  const [holders, setHolders] = useState<ReadonlyMap<string, Holder>>(new Map());
  const [isTried, setIsTried] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<ShopError | null>(null);
  const reach = readContact(contact);
  const named = namedPlaces(sale, hold, types);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (isBusy || quote === null || name.trim() === '' || reach === null) return;
    const known = named.flatMap(({ line }) => {
      const holder = holders.get(line);
      return isNamed(holder) ? [{ line, ...holder }] : [];
    });
    if (known.length < named.length) return;
    setIsBusy(true);
    setError(null);
    const buyer: Contact & { readonly name: string } = { name: name.trim(), ...reach };
    const locale = LOCALE_OF[language] === 'zh-CN' ? ('zh-CN' as const) : ('en' as const);
    const purchase = {
      ...{ sale, hold, types, vouchers, quote, buyer, locale, provider },
      holders: known.map(({ line, name: of, kind, number }) => {
        return { line, name: of.trim(), document: { kind, number } };
      }),
    };
    orderAndPay(purchase).catch((fault: unknown) => {
      const trouble = asShopError(fault);
      setError(trouble);
      setIsBusy(false);
      if (trouble.why === 'price-changed') onPriceChanged();
    });
  };
  return (
    <form
      onSubmit={submit}
      noValidate={true}
      lang={LOCALE_OF[language]}
      className="flex flex-1 flex-col gap-4"
    >
      <h2 className="font-semibold text-lg">{say('cart.who')}</h2>
      <Field
        label={say('cart.name')}
        autoComplete="name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={isTried && name.trim() === '' ? say('cart.nameMissing') : null}
      />
      <Field
        label={say('cart.contact')}
        autoComplete="email"
        value={contact}
        onChange={(event) => setContact(event.target.value)}
        hint={say('cart.contactHint')}
        error={isTried && reach === null ? say('cart.contactMissing') : null}
      />
      <HolderFields
        sale={sale}
        places={named}
        holders={holders}
        isTried={isTried}
        onHolder={(line, holder) => setHolders(new Map(holders).set(line, holder))}
      />
      <ProviderChoice providers={sale.providers} chosen={provider} onChoose={setProvider} />
      {error !== null && <Trouble error={error} />}
      <BottomBar
        label={say('seats.total')}
        total={quote === null ? '—' : bill(quote.totalMinor, quote.currency)}
        note={
          <>
            {quote !== null && <BillLines quote={quote} fees={sale.fees} />}
            <RefundRule sale={sale} />
          </>
        }
      >
        <Button kind="main" type="submit" isBusy={isBusy} disabled={quote === null}>
          {isBusy
            ? say('cart.isBusy')
            : say('cart.pay', {
                total: quote === null ? '' : bill(quote.totalMinor, quote.currency),
              })}
        </Button>
      </BottomBar>
    </form>
  );
}
