import { Link } from '@tanstack/react-router';
import { FormattedMessage } from 'react-intl';

export function NotFound() {
  return (
    <main className="mx-auto flex max-w-md flex-col gap-4 p-8">
      <h1 className="font-semibold text-lg">
        <FormattedMessage id="console.not-found" />
      </h1>
      <Link to="/" className="font-semibold text-accent-text underline">
        <FormattedMessage id="console.events" />
      </Link>
    </main>
  );
}
