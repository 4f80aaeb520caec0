import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { joinClasses } from './join-classes.ts';

export type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> & {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong and how to mend it; announced. */
  readonly error?: ReactNode;
  readonly isForLane?: boolean;
};

export function Field({ label, hint, error, isForLane, className, ...rest }: FieldProps) {
  const id = useId();
  const hasError = error !== undefined && error !== null && error !== false;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-semibold text-sm">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        aria-invalid={hasError || undefined}
        aria-describedby={`${id}-more`}
        className={joinClasses(
          'w-full rounded-md border bg-raised px-3 text-fg placeholder:text-quiet',
          isForLane === true ? 'min-h-16 text-lg' : 'min-h-11 text-base',
          hasError ? 'border-refused' : 'border-line',
          className,
        )}
      />
      <div id={`${id}-more`} className="text-sm">
        {hasError ? (
          <span role="alert" className="text-refused-text">
            {error}
          </span>
        ) : (
          hint !== undefined && <span className="text-quiet">{hint}</span>
        )}
      </div>
    </div>
  );
}
