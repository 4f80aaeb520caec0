// Keyboard wedges, USB or Bluetooth: the one kind of reader that every browser takes.
import { readCode } from '#domain/credentials/reading.ts';
import { type Burst, KeyBurst } from './key-burst.ts';

/** @returns stops it */
export function watchWedge(onCode: (text: string) => void): () => void {
  const keys = new KeyBurst();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const take = (burst: Burst | null) => {
    if (burst !== null) onCode(codeIn(burst));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // An input method is composing, or a shortcut: nobody's scan. (229 is what it sends meanwhile.)
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.repeat || isTyping(event.target)) return;
    const { key, code, shiftKey } = event;
    const { burst, isBurst } = keys.press({
      key,
      code,
      isShifted: shiftKey,
      atMs: event.timeStamp,
    });
    if (isBurst) {
      event.preventDefault();
      event.stopPropagation();
    }
    clearTimeout(silence);
    take(burst);
    silence = setTimeout(() => take(keys.ends(performance.now())), keys.silenceMs);
  };
  // Before any button can take Space or Enter for itself.
  window.addEventListener('keydown', onKeyDown, { capture: true });
  return () => {
    clearTimeout(silence);
    window.removeEventListener('keydown', onKeyDown, { capture: true });
  };
}

/** The reading that is a code of ours; what the system heard, if neither is. */
export function codeIn({ byKey, byPosition }: Burst): string {
  const isOurs = (text: string) => !['unreadable', 'foreign'].includes(readCode(text).kind);
  return !isOurs(byKey) && isOurs(byPosition) ? byPosition : byKey;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
