import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { useWatched } from '../observable.ts';
import { takeUpdate, updateWaits } from '../service-worker/registration.ts';

/** Offered where nobody is being let in, taken by hand: never in the rush. */
export function UpdateBar() {
  const intl = useIntl();
  if (!useWatched(updateWaits)) return null;
  return (
    <Notice
      hue="unknown"
      action={
        <Button size="small" className="min-h-11" onClick={takeUpdate}>
          {intl.formatMessage({ id: 'update.now' })}
        </Button>
      }
    >
      {intl.formatMessage({ id: 'update.waiting' })}
    </Notice>
  );
}
