// Keys of the desk's page. Like all keys of the console they are off while somebody types, and can be switched off.
import { useEffect, useRef } from 'react';
import { areKeysOn } from '../shell/keys.ts';

const CONTROLS = 'input, textarea, select, button, a, [role=button]';

/** @param onKey - whether it was for the desk */
export function useDeskKeys(onKey: (key: string) => boolean): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    const listen = (pressed: KeyboardEvent) => {
      if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.isComposing) return;
      if (document.querySelector('dialog[open]') !== null || !areKeysOn()) return;
      const { target, key } = pressed;
      const isEntry = target instanceof HTMLElement && target.matches('input, textarea, select');
      if (isEntry) return;
      // Enter on a control is that control's.
      const isControl = target instanceof HTMLElement && target.closest(CONTROLS) !== null;
      if (isControl && (key === 'Enter' || key === ' ')) return;
      if (latest.current(key)) pressed.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}
