// What control can do with one gate: stop it, meter it, open it again, send its sections elsewhere, let it go
// without codes, say how it searches.
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Overview } from '#protocol/overview.ts';
import { Button } from '#web/ui/button.tsx';
import { ask, at } from '../api.ts';
import { ActDialog, useReasonField } from '../parts/act-dialog.tsx';
import { useSession } from '../session.tsx';
import { DiversionDialog } from './diversion-dialog.tsx';
import { ModeDialog, NormalAgainDialog } from './mode-dialog.tsx';
import { useControls } from './use-controls.ts';

type Open = 'stop' | 'meter' | 'divert' | 'search' | 'mode' | 'normal' | null;

export function GateActions({
  event,
  gate,
  overview,
}: {
  readonly event: string;
  readonly gate: string;
  readonly overview: Overview;
}) {
  const session = useSession();
  const { controls, refresh } = useControls(event);
  const [open, setOpen] = useState<Open>(null);
  if (!session.may('controls.set')) return null;
  const scope = `gate/${gate}`;
  const holds = controls?.holds.filter((hold) => hold.scope === scope) ?? [];
  const mode = controls?.modes?.find((each) => each.gate === gate) ?? null;
  const close = () => {
    setOpen(null);
    void refresh();
  };
  const set = async (body: object) => {
    await ask(at`/events/${event}/holds`, { body: { scope, ...body } });
    await refresh();
  };
  const lift = async () => {
    for (const { id } of holds) await ask(at`/events/${event}/holds/${id}`, { method: 'DELETE' });
    await refresh();
  };
  return (
    <div className="flex flex-wrap gap-2">
      {holds.length > 0 && (
        <Button size="small" kind="main" onClick={() => void lift()}>
          <FormattedMessage id="do.open-gate" />
        </Button>
      )}
      {!holds.some(({ kind }) => kind === 'stop') && (
        <Button size="small" kind="danger" onClick={() => setOpen('stop')}>
          <FormattedMessage id="do.stop" />
        </Button>
      )}
      <Button size="small" onClick={() => setOpen('meter')}>
        <FormattedMessage id="do.meter" />
      </Button>
      <Button size="small" onClick={() => setOpen('divert')}>
        <FormattedMessage id="do.divert" />
      </Button>
      <Button size="small" onClick={() => setOpen('search')}>
        <FormattedMessage id="do.search" />
      </Button>
      {mode === null ? (
        <Button size="small" kind="danger" onClick={() => setOpen('mode')}>
          <FormattedMessage id="do.mode" />
        </Button>
      ) : (
        <Button size="small" kind="main" onClick={() => setOpen('normal')}>
          <FormattedMessage id="mode.normal" />
        </Button>
      )}
      <Dialogs
        open={open}
        event={event}
        gate={gate}
        overview={overview}
        onClose={close}
        set={set}
      />
    </div>
  );
}

function Dialogs({
  open,
  event,
  gate,
  overview,
  onClose: close,
  set,
}: {
  readonly open: Open;
  readonly event: string;
  readonly gate: string;
  readonly overview: Overview;
  readonly onClose: () => void;
  readonly set: (hold: object) => Promise<void>;
}) {
  const intl = useIntl();
  const reason = useReasonField();
  return (
    <>
      {open === 'mode' && <ModeDialog event={event} gate={gate} onClose={close} />}
      {open === 'normal' && <NormalAgainDialog event={event} gate={gate} onClose={close} />}
      {open === 'stop' && (
        <ActDialog
          title={intl.formatMessage({ id: 'do.stop-gate' }, { gate })}
          fields={[reason]}
          verb={intl.formatMessage({ id: 'do.stop' })}
          kind="danger"
          onClose={close}
          act={(values) => set({ kind: 'stop', reason: values['reason'] })}
        >
          <p className="text-sm">
            <FormattedMessage id="do.stop-means" />
          </p>
        </ActDialog>
      )}
      {open === 'meter' && (
        <ActDialog
          title={intl.formatMessage({ id: 'do.meter-gate' }, { gate })}
          fields={[
            {
              name: 'perMinute',
              label: intl.formatMessage({ id: 'field.per-minute' }),
              type: 'number',
            },
            reason,
          ]}
          verb={intl.formatMessage({ id: 'do.meter' })}
          onClose={close}
          act={({ perMinute, reason: why }) =>
            set({ kind: 'meter', perMinute: Number(perMinute), reason: why })
          }
        />
      )}
      {open === 'divert' && (
        <DiversionDialog event={event} overview={overview} closed={gate} onClose={close} />
      )}
      {open === 'search' && (
        <ActDialog
          title={intl.formatMessage({ id: 'do.search-gate' }, { gate })}
          fields={[
            {
              name: 'searchers',
              label: intl.formatMessage({ id: 'field.searchers' }),
              type: 'number',
            },
            {
              name: 'secondsEach',
              label: intl.formatMessage({ id: 'field.seconds-each' }),
              type: 'number',
              initial: '12',
            },
          ]}
          verb={intl.formatMessage({ id: 'act.save' })}
          onClose={close}
          act={({ searchers, secondsEach }) =>
            ask(at`/events/${event}/gates/${gate}/search`, {
              method: 'PUT',
              body: { searchers: Number(searchers), secondsEach: Number(secondsEach) },
            })
          }
        />
      )}
    </>
  );
}
