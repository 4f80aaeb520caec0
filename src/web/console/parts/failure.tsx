import { FormattedMessage } from 'react-intl';
import { Notice } from '#web/ui/notice.tsx';
import { ApiError } from '../api.ts';

/** What did not work, and what to do. Codes that people meet often have words in both languages. */
const SPOKEN = new Set([
  'unauthenticated',
  'forbidden',
  'unreachable',
  'too-many-requests',
  'store-behind',
  'storage-full',
  'unavailable',
]);

/** Which part was refused stands below, as the server says it. */
const HEADED = new Set(['conflict', 'malformed-request', 'not-found', 'offer-void', 'internal']);

export function Failure({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  const known = error instanceof ApiError ? error : null;
  if (known === null) {
    return (
      <Notice hue="refused" isUrgent>
        {String((error as Error).message)}
      </Notice>
    );
  }
  if (known.isForTwo) {
    return (
      <Notice hue="refer" isUrgent>
        <FormattedMessage id="failure.takes-two" />
      </Notice>
    );
  }
  return (
    <Notice hue={known.status === 0 ? 'unknown' : 'refused'} isUrgent>
      {SPOKEN.has(known.code) ? (
        <FormattedMessage id={`failure.${known.code}`} />
      ) : (
        <>
          <span className="font-semibold">
            <FormattedMessage id={`failure.${HEADED.has(known.code) ? known.code : 'other'}`} />
          </span>
          <span className="block">{known.message}</span>
          {known.mend !== null && <span className="block text-quiet">{known.mend}</span>}
        </>
      )}
    </Notice>
  );
}
