import { FormattedMessage, useIntl } from 'react-intl';
import { ask, at } from '../api.ts';
import { ActDialog, useReasonField } from '../parts/act-dialog.tsx';

/** A gate without codes: by the steward's eye, or open to everybody with a number to stop at. */
export function ModeDialog({
  event,
  gate,
  onClose,
}: {
  readonly event: string;
  readonly gate: string;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const reason = useReasonField();
  const word = (id: string) => intl.formatMessage({ id });
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'mode.title' }, { gate })}
      verb={word('act.set')}
      kind="danger"
      onClose={onClose}
      fields={[
        {
          name: 'mode',
          label: word('mode.how'),
          type: 'choice',
          initial: 'visual',
          choices: [
            { value: 'visual', word: word('mode.visual-means') },
            { value: 'open', word: word('mode.open-means') },
          ],
        },
        {
          name: 'stopAt',
          label: word('mode.stop-at'),
          hint: word('mode.stop-at-hint'),
          type: 'number',
          isOptional: true,
          isAskedFor: (values) => values['mode'] === 'open',
        },
        reason,
      ]}
      act={({ mode, stopAt = '', reason: why }) =>
        setMode(event, {
          gate,
          mode,
          ...(mode === 'open' && stopAt !== '' ? { stopAt: Number(stopAt) } : {}),
          reason: why,
        })
      }
    >
      <p className="text-sm">
        <FormattedMessage id="mode.means" />
      </p>
    </ActDialog>
  );
}

export function NormalAgainDialog({
  event,
  gate,
  onClose,
}: {
  readonly event: string;
  readonly gate: string;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'mode.normal-title' }, { gate })}
      verb={intl.formatMessage({ id: 'mode.normal' })}
      onClose={onClose}
      fields={[useReasonField()]}
      act={({ reason }) => setMode(event, { gate, mode: 'normal', reason })}
    />
  );
}

function setMode(event: string, body: object): Promise<unknown> {
  return ask(at`/events/${event}/modes`, { method: 'PUT', body });
}
