// Keys of the console. Off while somebody types, also while an input method composes Chinese, and
// switchable as a whole (WCAG 2.1.4), because speech input types single letters too.
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { PLACES } from './places.ts';

const SEQUENCE_MS = 1_500;
const SWITCH = 'kaimen.keys';

export function areKeysOn(): boolean {
  return localStorage.getItem(SWITCH) !== 'off';
}

export function switchKeys(isOn: boolean): void {
  localStorage.setItem(SWITCH, isOn ? 'on' : 'off');
}

export type KeyActs = {
  openPalette(): void;
  toggleSheet(): void;
  togglePause(): void;
};

export function useKeys(event: string, acts: KeyActs): void {
  const navigate = useNavigate();
  const pressedG = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onKey = (pressed: KeyboardEvent) => {
      if ((pressed.ctrlKey || pressed.metaKey) && pressed.key.toLowerCase() === 'k') {
        pressed.preventDefault();
        acts.openPalette();
        return;
      }
      const isTyping = isTextEntry(pressed.target) || pressed.isComposing;
      if (isTyping || pressed.ctrlKey || pressed.metaKey || pressed.altKey || !areKeysOn()) return;
      if (document.querySelector('dialog[open]') !== null && pressed.key !== '?') return;
      const isAfterG = performance.now() - pressedG.current < SEQUENCE_MS;
      pressedG.current = Number.NEGATIVE_INFINITY;
      const place = isAfterG ? PLACES.find(({ key }) => key === pressed.key) : undefined;
      if (place !== undefined) void navigate({ to: `/e/$event/${place.path}`, params: { event } });
      else if (pressed.key === 'g') pressedG.current = performance.now();
      else if (pressed.key === '?') acts.toggleSheet();
      else if (pressed.key === '.') acts.togglePause();
      else if (pressed.key === '/') focusSearch();
      else if (pressed.key === 'j' || pressed.key === 'k') moveInRows(pressed.key === 'j' ? 1 : -1);
      else if (pressed.key === 't')
        document.querySelector<HTMLElement>(':focus [data-take]')?.click();
      else return;
      pressed.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [event, acts, navigate]);
}

function isTextEntry(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)
  );
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('[data-search]')?.focus();
}

/** Within the rows that have the focus, else into the first rows of the page. */
function moveInRows(step: 1 | -1): void {
  const focused = document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;
  const list = focused?.closest('[data-rows]') ?? document.querySelector('[data-rows]');
  const rows = [...(list?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
  const at = focused === null ? (step === 1 ? -1 : rows.length) : rows.indexOf(focused);
  rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
}
