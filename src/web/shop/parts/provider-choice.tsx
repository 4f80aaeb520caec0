import { useWords } from '../use-words.ts';

/** Shown only where there is a choice. */
export function ProviderChoice({
  providers,
  chosen,
  onChoose,
}: {
  readonly providers: readonly string[];
  readonly chosen: string;
  readonly onChoose: (provider: string) => void;
}) {
  const { say, has } = useWords();
  if (providers.length < 2) return null;
  return (
    <fieldset>
      <legend className="mb-1 font-semibold text-sm">{say('cart.payBy')}</legend>
      {providers.map((provider) => (
        <label
          key={provider}
          className="flex min-h-11 items-center gap-3 border-line border-b last:border-b-0"
        >
          <input
            type="radio"
            name="provider"
            className="size-5 accent-accent"
            checked={provider === chosen}
            onChange={() => onChoose(provider)}
          />
          {has(`provider.${provider}`) ? say(`provider.${provider}`) : provider}
        </label>
      ))}
    </fieldset>
  );
}
