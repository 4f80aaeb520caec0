import { useIntl } from 'react-intl';
import type { Instant } from '#domain/kernel/instant.ts';
import { Button } from '#web/ui/button.tsx';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';
import { useGround } from './use-ground.ts';

/** Nobody counts a queue: a glance tells these apart. */
const SIZES = [0, 10, 25, 50, 100, 200, 400, 800];

/** How many wait here, at one tap; control reckons with it. */
export function QueueSheet({ session, onDone }: { session: GateSession; onDone: () => void }) {
  const intl = useIntl();
  const ground = useGround(session);
  const last = useWatched(session.queue);
  return (
    <div className="flex flex-col gap-3">
      <p>{intl.formatMessage({ id: 'queue.lead' })}</p>
      {last !== null && (
        <p className="text-quiet" role="status">
          {intl.formatMessage(
            { id: 'queue.last' },
            { people: last.people, time: ground.time.time(Date.parse(last.at) as Instant) },
          )}
        </p>
      )}
      <div className="grid grid-cols-4 gap-3">
        {SIZES.map((people) => (
          <Button
            key={people}
            size="lane"
            onClick={() => {
              session.reportQueue(people);
              onDone();
            }}
          >
            {people === 0 ? intl.formatMessage({ id: 'queue.nobody' }) : intl.formatNumber(people)}
          </Button>
        ))}
      </div>
    </div>
  );
}
