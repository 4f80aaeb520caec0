import { DOCUMENT_KINDS, type DocumentKind, readDocument } from '#domain/identity/document.ts';
import type { HoldView, SaleView } from '#protocol/shop.ts';
import { Field } from '#web/ui/field.tsx';
import { placeWords } from '../sale/place-words.ts';
import { useWords } from '../use-words.ts';
import { PickField } from './pick-field.tsx';

export type Holder = {
  readonly name: string;
  readonly kind: DocumentKind;
  readonly number: string;
};

/** Where the sale goes by name: places whose holders show a document, with the types they have now. */
export function namedPlaces(
  { realName }: SaleView,
  { places }: HoldView,
  types: ReadonlyMap<string, string>,
): HoldView['places'] {
  if (realName === null) return [];
  return places.filter(({ line, type }) => {
    return realName.types === null || realName.types.includes(types.get(line) ?? type);
  });
}

/** Kinds that this sale takes, in the order of how many people have them. */
function kindsTaken({ realName }: SaleView): readonly DocumentKind[] {
  return DOCUMENT_KINDS.filter((kind) => realName?.kinds.includes(kind) === true);
}

export function isNamed(holder: Holder | undefined): holder is Holder {
  if (holder === undefined || holder.name.trim() === '') return false;
  return readDocument(holder.kind, holder.number).kind === 'document';
}

/** One document, one ticket. Numbers stay on this page until they are sent, and are kept nowhere here. */
export function HolderFields({
  sale,
  places,
  holders,
  isTried,
  onHolder,
}: {
  readonly sale: SaleView;
  readonly places: HoldView['places'];
  readonly holders: ReadonlyMap<string, Holder>;
  readonly isTried: boolean;
  readonly onHolder: (line: string, holder: Holder) => void;
}) {
  const { say } = useWords();
  const kinds = kindsTaken(sale);
  const [usual] = kinds;
  if (places.length === 0 || usual === undefined) return null;
  return (
    <section className="flex flex-col gap-4">
      <div>
        <h2 className="font-semibold text-lg">{say('holder.title')}</h2>
        <p className="text-quiet text-sm">{say('holder.why')}</p>
      </div>
      {places.map((place) => {
        const holder = holders.get(place.line) ?? { name: '', kind: usual, number: '' };
        const change = (news: Partial<Holder>) => onHolder(place.line, { ...holder, ...news });
        const read = readDocument(holder.kind, holder.number);
        const trouble = read.kind === 'refused' ? say(`holder.${read.why}`) : null;
        return (
          <fieldset
            key={place.line}
            className="flex flex-col gap-2 rounded-md border border-line p-3"
          >
            <legend className="px-1 font-semibold">{placeWords(place, say)}</legend>
            <Field
              label={say('holder.name')}
              autoComplete="off"
              value={holder.name}
              onChange={(event) => change({ name: event.target.value })}
              error={isTried && holder.name.trim() === '' ? say('cart.nameMissing') : null}
            />
            {kinds.length > 1 && (
              <PickField
                label={say('holder.kind')}
                value={holder.kind}
                options={kinds.map((kind) => ({ value: kind, word: say(`document.${kind}`) }))}
                onPick={(kind) => change({ kind: kind as DocumentKind })}
              />
            )}
            <Field
              label={say('holder.number', { kind: say(`document.${holder.kind}`) })}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              maxLength={40}
              value={holder.number}
              onChange={(event) => change({ number: event.target.value })}
              error={isTried ? trouble : null}
            />
          </fieldset>
        );
      })}
    </section>
  );
}
