/**
 * A list as PostgreSQL writes an array. The driver does the same in several passes a value, which is
 * most of what a batch of claims would cost us.
 */
export function arrayLiteral(values: readonly (string | number | boolean | null)[]): string {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    if (value === null) text += 'NULL';
    else text += typeof value === 'string' ? quoted(value) : value;
  }
  return `${text}}`;
}

/** PostgreSQL drops the backslash and keeps what follows it, which JSON agrees with but for these. */
const NOT_AS_JSON = /[^\x20-\ud7ff\ue000-\uffff]/;
const ESCAPED = /["\\]/g;

function quoted(text: string): string {
  return NOT_AS_JSON.test(text) ? `"${text.replace(ESCAPED, '\\$&')}"` : JSON.stringify(text);
}
