import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Dialog } from '#web/ui/dialog.tsx';
import { areKeysOn, switchKeys } from './keys.ts';
import { PLACES } from './places.ts';

const KEYS = [
  ['⌘ K · Ctrl K', 'keys.palette'],
  ['/', 'keys.search'],
  ['j · k', 'keys.rows'],
  ['Enter', 'keys.enter'],
  ['t', 'keys.take'],
  ['.', 'keys.pause'],
  ['Esc', 'keys.escape'],
  ['?', 'keys.sheet'],
] as const;

export function KeysSheet({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const [isOn, setOn] = useState(areKeysOn);
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={intl.formatMessage({ id: 'keys.title' })}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 text-sm">
        {[...KEYS, ...PLACES.map(({ key, word }) => [`g ${key}`, word] as const)].map(
          ([key, word]) => (
            <div key={key} className="contents">
              <dt>
                <kbd className="font-semibold">{key}</kbd>
              </dt>
              <dd>
                <FormattedMessage id={word} />
              </dd>
            </div>
          ),
        )}
      </dl>
      <label className="flex min-h-8 items-center gap-2 border-line border-t pt-3 text-sm">
        <input
          type="checkbox"
          checked={isOn}
          onChange={(changed) => {
            switchKeys(changed.target.checked);
            setOn(changed.target.checked);
          }}
        />
        <FormattedMessage id="keys.switch" />
      </label>
    </Dialog>
  );
}
