// Text into HTML: nothing that a rehearsal was called or told can become markup.
import type { Words } from '#drill/catalogue/faults.ts';

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}

/** Both languages; the page shows one of them. */
export function both({ zh, en }: Words): string {
  return `<span lang="zh-CN">${escaped(zh)}</span><span lang="en">${escaped(en)}</span>`;
}

export function milliseconds(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 10_000 ? `${ms.toLocaleString('en')} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Minutes and seconds since the first person came. */
export function moment(ms: number): string {
  const seconds = ms / 1_000;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - minutes * 60).toFixed(1).padStart(4, '0')}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headCells = head.map((cell) => `<th scope="col">${cell}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<div class="wide"><table><thead><tr>${headCells}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}
