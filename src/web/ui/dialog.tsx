import { type ReactNode, useEffect, useId, useRef } from 'react';
import { joinClasses } from './join-classes.ts';

/**
 * A modal question on the browser's own `<dialog>`: it traps the focus, gives it back, closes on Escape,
 * and needs no style that the content policy would refuse.
 */
export function Dialog({
  isOpen,
  onClose,
  title,
  children,
  isSheet = false,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  /** From the bottom edge, where the thumb is. */
  readonly isSheet?: boolean;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    if (isOpen && !dialog.open) dialog.showModal();
    if (!isOpen && dialog.open) dialog.close();
  }, [isOpen]);
  return (
    <dialog
      ref={element}
      aria-labelledby={titleId}
      onClose={onClose}
      onCancel={onClose}
      className={joinClasses(
        'max-h-[92dvh] border border-line bg-raised p-0 text-fg shadow-float backdrop:bg-black/60',
        isSheet
          ? 'mx-auto mt-auto mb-0 w-full max-w-xl rounded-t-md'
          : 'm-auto w-[min(36rem,calc(100vw-2rem))] rounded-md',
      )}
    >
      {isOpen && (
        <div className="flex flex-col gap-4 p-5">
          <h2 id={titleId} className="font-semibold text-lg">
            {title}
          </h2>
          {children}
        </div>
      )}
    </dialog>
  );
}
