// The part of ICU MessageFormat that letters use: arguments, plurals and choices. A catalogue is checked
// whole by a test, so a template that cannot be read is a bug, never an answer.
import { assert } from '#domain/kernel/assert.ts';

export type Language = 'zh-CN' | 'en';
export const LANGUAGES: readonly Language[] = ['zh-CN', 'en'];

export type MessageValues = Readonly<Record<string, string | number>>;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'argument'; readonly name: string }
  | { readonly kind: 'count' }
  | {
      readonly kind: 'choice';
      readonly name: string;
      readonly isPlural: boolean;
      readonly options: ReadonlyMap<string, readonly Part[]>;
    };

const known = new Map<string, readonly Part[]>();

/**
 * Fills `{name}`, `{n, plural, =0 {…} one {# ticket} other {# tickets}}` and `{where, select, hall {…} other {…}}`.
 * An apostrophe stands for itself; braces cannot be written.
 */
export function formatMessage(template: string, values: MessageValues, language: Language): string {
  let parts = known.get(template);
  if (parts === undefined) {
    parts = readTemplate(template);
    known.set(template, parts);
  }
  return parts.map((part) => written(part, values, language, null)).join('');
}

/** Names of what a template must be given. */
export function argumentsOf(template: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (parts: readonly Part[]) => {
    for (const part of parts) {
      if (part.kind === 'argument' || part.kind === 'choice') names.add(part.name);
      if (part.kind === 'choice') for (const option of part.options.values()) visit(option);
    }
  };
  visit(readTemplate(template));
  return names;
}

function written(
  part: Part,
  values: MessageValues,
  language: Language,
  count: number | null,
): string {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'count') return numberText(count ?? 0, language);
  const value = values[part.name];
  assert(value !== undefined, `a message was not given its “${part.name}”`);
  if (part.kind === 'argument') {
    return typeof value === 'number' ? numberText(value, language) : value;
  }
  const chosen = part.isPlural
    ? pluralOption(part.options, Number(value), language)
    : String(value);
  const option = part.options.get(chosen) ?? part.options.get('other') ?? [];
  const inner = part.isPlural ? Number(value) : count;
  return option.map((each) => written(each, values, language, inner)).join('');
}

function numberText(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value);
}

function pluralOption(
  options: ReadonlyMap<string, unknown>,
  count: number,
  language: Language,
): string {
  const exact = `=${count}`;
  return options.has(exact) ? exact : new Intl.PluralRules(language).select(count);
}

function readTemplate(template: string): readonly Part[] {
  const reader = new TemplateReader(template);
  const parts = reader.parts(false);
  assert(reader.isAtEnd(), `a “}” too many in “${template}”`);
  return parts;
}

class TemplateReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  parts(isInPlural: boolean): readonly Part[] {
    const parts: Part[] = [];
    let text = '';
    const flush = () => {
      if (text !== '') parts.push({ kind: 'text', text });
      text = '';
    };
    while (!this.isAtEnd() && this.#text[this.#at] !== '}') {
      const character = this.#text[this.#at] ?? '';
      this.#at += 1;
      if (character === '{') {
        flush();
        parts.push(this.#argument());
      } else if (character === '#' && isInPlural) {
        flush();
        parts.push({ kind: 'count' });
      } else text += character;
    }
    flush();
    return parts;
  }

  #argument(): Part {
    const name = this.#word();
    if (this.#takes('}')) return { kind: 'argument', name };
    this.#must(',');
    const kind = this.#word();
    assert(kind === 'plural' || kind === 'select', `“${kind}” is neither plural nor select`);
    this.#must(',');
    const options = new Map<string, readonly Part[]>();
    while (!this.#takes('}')) {
      const option = this.#word();
      this.#must('{');
      options.set(option, this.parts(kind === 'plural'));
      this.#must('}');
    }
    assert(options.has('other'), `“${this.#text}” has no “other”`);
    return { kind: 'choice', name, isPlural: kind === 'plural', options };
  }

  #word(): string {
    this.#skipSpace();
    const found = /^[\w=-]+/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    assert(found !== '', `a name is missing in “${this.#text}”`);
    this.#at += found.length;
    return found;
  }

  #must(character: string): void {
    assert(this.#takes(character), `“${character}” is missing in “${this.#text}”`);
  }

  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
}
