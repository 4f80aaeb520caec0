import { FormattedMessage } from 'react-intl';
import { Mark } from '#web/ui/mark.tsx';

export function Waiting() {
  return (
    <main className="flex min-h-dvh items-center justify-center gap-3 text-quiet">
      <Mark size={28} />
      <p role="status">
        <FormattedMessage id="console.waiting" />
      </p>
    </main>
  );
}
