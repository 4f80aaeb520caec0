// Answers of which a command only passes on what came. The rest have a schema in `protocol/`.

type Fields = Readonly<Record<string, unknown>>;
type Cell = string | number | null | undefined;

/** An object of any fields. */
export const anyAnswer = {
  safeParse(value: unknown): { success: boolean; data?: Fields } {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { success: true, data: value as Fields } : { success: false };
  },
};

/** Some fields of every item of a list, as rows of a table. */
export function rowsOf(answer: Fields, list: string, fields: readonly string[]): Cell[][] {
  const items = answer[list];
  if (!Array.isArray(items)) return [];
  return items.map((item: Readonly<Record<string, Cell>>) => fields.map((field) => item[field]));
}
