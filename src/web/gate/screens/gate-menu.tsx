// Everything a steward needs now and then, one sheet each.
import { type ReactNode, useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Dialog } from '#web/ui/dialog.tsx';
import { Choices, LooksSwitch } from '#web/ui/looks-switch.tsx';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';
import { FindSheet } from './find-sheet.tsx';
import { HandoverSheet } from './handover-sheet.tsx';
import { ManualSheet } from './manual-sheet.tsx';
import { ModeSheet } from './mode-sheet.tsx';
import { OperatorSheet } from './operator-sheet.tsx';
import { QueueSheet } from './queue-sheet.tsx';
import { ReadersSheet } from './readers-sheet.tsx';
import { UndoSheet } from './undo-sheet.tsx';

const SHEETS = ['manual', 'find', 'queue', 'operator', 'handover', 'readers', 'looks'] as const;
/** A supervisor's: at the top, away from the thumb. */
const GRAVE = ['mode', 'undo'] as const;
type Sheet = (typeof SHEETS)[number] | (typeof GRAVE)[number];

const TITLES: Readonly<Record<Sheet, string>> = {
  manual: 'menu.manual',
  find: 'menu.find',
  undo: 'undo.title',
  operator: 'menu.operator',
  handover: 'menu.handover',
  mode: 'menu.mode',
  queue: 'menu.queue',
  readers: 'menu.readers',
  looks: 'menu.looks',
};

export function GateMenu({
  session,
  onReadiness,
  isWide = false,
}: {
  readonly session: GateSession;
  readonly onReadiness?: () => void;
  readonly isWide?: boolean;
}) {
  const intl = useIntl();
  const [open, setOpen] = useState<Sheet | 'menu' | null>(null);
  const direction = useWatched(session.direction);
  const close = () => setOpen(null);
  const button = (sheet: Sheet) => (
    <Button
      key={sheet}
      size="lane"
      kind={sheet === 'undo' ? 'danger' : 'plain'}
      onClick={() => setOpen(sheet)}
    >
      {intl.formatMessage({ id: sheet === 'undo' ? 'menu.undo' : TITLES[sheet] })}
    </Button>
  );
  return (
    <>
      <Button size="lane" className={isWide ? 'flex-1' : ''} onClick={() => setOpen('menu')}>
        {intl.formatMessage({ id: 'scan.menu' })}
      </Button>
      {isWide && (
        <Button
          size="lane"
          className="flex-1 whitespace-nowrap px-2!"
          onClick={() => setOpen('manual')}
        >
          {intl.formatMessage({ id: 'menu.manual' })}
        </Button>
      )}
      <Dialog
        isSheet
        isOpen={open !== null}
        onClose={close}
        title={intl.formatMessage({
          id: open === null || open === 'menu' ? 'menu.title' : TITLES[open],
        })}
      >
        {open === 'menu' && (
          <div className="flex flex-col gap-3">
            <div className="grid grid-cols-2 gap-3 border-line border-b pb-3">
              {GRAVE.map(button)}
            </div>
            <Choices
              isForLane
              label={intl.formatMessage({ id: 'scan.in' })}
              isLabelHidden
              choices={(['in', 'out'] as const).map((value) => ({
                value,
                word: intl.formatMessage({ id: `scan.${value}` }),
              }))}
              chosen={direction}
              onChoose={(value) => session.setDirection(value)}
            />
            <div className="grid grid-cols-2 gap-3">
              {SHEETS.map(button)}
              {onReadiness !== undefined && (
                <Button size="lane" onClick={onReadiness}>
                  {intl.formatMessage({ id: 'menu.ready' })}
                </Button>
              )}
              <Button size="lane" kind="quiet" onClick={close}>
                {intl.formatMessage({ id: 'shared.close' })}
              </Button>
            </div>
          </div>
        )}
        {open !== null && open !== 'menu' && (
          <>
            {contentOf(open, session, close)}
            <Button size="lane" kind="quiet" onClick={close}>
              {intl.formatMessage({ id: 'shared.close' })}
            </Button>
          </>
        )}
      </Dialog>
    </>
  );
}

function contentOf(sheet: Sheet, session: GateSession, close: () => void): ReactNode {
  switch (sheet) {
    case 'manual':
      return <ManualSheet session={session} onDone={close} />;
    case 'find':
      return <FindSheet session={session} onDone={close} />;
    case 'undo':
      return <UndoSheet session={session} />;
    case 'queue':
      return <QueueSheet session={session} onDone={close} />;
    case 'operator':
      return <OperatorSheet session={session} onDone={close} />;
    case 'handover':
      return <HandoverSheet session={session} />;
    case 'mode':
      return <ModeSheet session={session} onDone={close} />;
    case 'readers':
      return <ReadersSheet session={session} />;
    case 'looks':
      return <LooksSwitch isForLane />;
  }
}
