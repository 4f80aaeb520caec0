import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';

export type ButtonKind = 'main' | 'plain' | 'quiet' | 'danger';
/** `lane`: at least 64 px, for gloves. */
export type ButtonSize = 'small' | 'normal' | 'lane';

const KINDS: Readonly<Record<ButtonKind, string>> = {
  main: 'bg-accent text-on-accent hover:brightness-105 active:brightness-95',
  plain: 'border border-line bg-raised text-fg hover:bg-sunken active:bg-sunken',
  quiet: 'text-fg hover:bg-sunken active:bg-sunken',
  danger: 'border border-refused bg-raised text-refused-text hover:bg-sunken active:bg-sunken',
};

const SIZES: Readonly<Record<ButtonSize, string>> = {
  small: 'min-h-8 px-3 text-sm',
  normal: 'min-h-11 px-4 text-base',
  lane: 'min-h-16 min-w-16 px-5 text-lg',
};

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly kind?: ButtonKind;
  readonly size?: ButtonSize;
  readonly icon?: ReactNode;
  readonly isBusy?: boolean;
};

/** Busy buttons stay focusable and say so; they do nothing meanwhile. */
export function Button({
  kind = 'plain',
  size = 'normal',
  icon,
  isBusy = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={isBusy || undefined}
      aria-disabled={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
      className={joinClasses(
        'inline-flex select-none items-center justify-center gap-2 rounded-md font-semibold transition-[filter,background-color] disabled:opacity-50',
        KINDS[kind],
        SIZES[size],
        isBusy && 'opacity-70',
        className,
      )}
    >
      {icon}
      {children}
    </button>
  );
}
