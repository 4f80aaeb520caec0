import { type ReactNode, useEffect } from 'react';
import { useIntl } from 'react-intl';

/** A page's head: what it is, and what can be done on all of it. */
export function PageHead({
  id,
  children,
}: {
  /** Of the words for its title. */
  readonly id: string;
  readonly children?: ReactNode;
}) {
  const intl = useIntl();
  const title = intl.formatMessage({ id });
  useEffect(() => {
    document.title = `${title} · ${intl.formatMessage({ id: 'console.title' })}`;
  }, [title, intl]);
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 pb-3">
      <h1 className="font-semibold text-lg">{title}</h1>
      {children !== undefined && (
        <div className="flex flex-wrap items-center gap-2">{children}</div>
      )}
    </header>
  );
}

export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label={title} className="flex flex-col gap-2 border-line border-t pt-3">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="font-semibold text-base">{title}</h2>
        {aside !== undefined && <div className="text-quiet text-sm">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="py-6 text-center text-quiet text-sm">{children}</p>;
}
