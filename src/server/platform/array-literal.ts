const QUOTED = /["\\]/g;

/**
 * A list as PostgreSQL writes an array. The driver does the same in several passes a value, which is
 * most of what a batch of claims would cost us.
 */
export function arrayLiteral(values: readonly (string | number | boolean | null)[]): string {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    if (value === null) text += 'NULL';
    else if (typeof value === 'string') text += `"${value.replace(QUOTED, '\\$&')}"`;
    else text += value;
  }
  return `${text}}`;
}
