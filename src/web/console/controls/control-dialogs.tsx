import { FormattedMessage, useIntl } from 'react-intl';
import type { Overview } from '#protocol/overview.ts';
import { ask, at } from '../api.ts';
import { ActDialog, useReasonField } from '../parts/act-dialog.tsx';
import { useScopeName } from '../parts/names.ts';

const MINUTE_MS = 60_000;

type Asked = {
  readonly event: string;
  readonly overview: Overview;
  readonly onClose: () => void;
};

/** The ground, its stands and sections, and where gates count, its gates. */
function useScopes(overview: Overview, withGates: boolean) {
  const scopeName = useScopeName();
  const counted = Object.keys(overview.inside.byScope);
  const gates = withGates ? overview.gates.map(({ gate }) => `gate/${gate}`) : [];
  return [...counted, ...gates].map((scope) => ({ value: scope, word: scopeName(scope) }));
}

export function HoldDialog({ event, overview, onClose }: Asked) {
  const intl = useIntl();
  const reason = useReasonField();
  const scopes = useScopes(overview, true);
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'controls.new-hold' })}
      verb={intl.formatMessage({ id: 'act.set' })}
      kind="danger"
      onClose={onClose}
      fields={[
        {
          name: 'scope',
          label: intl.formatMessage({ id: 'field.scope' }),
          type: 'choice',
          choices: scopes,
        },
        {
          name: 'perMinute',
          label: intl.formatMessage({ id: 'field.per-minute' }),
          hint: intl.formatMessage({ id: 'field.per-minute-hint' }),
          type: 'number',
          isOptional: true,
        },
        reason,
      ]}
      act={({ scope, perMinute, reason: why }) =>
        ask(at`/events/${event}/holds`, {
          body:
            perMinute === ''
              ? { scope, kind: 'stop', reason: why }
              : { scope, kind: 'meter', perMinute: Number(perMinute), reason: why },
        })
      }
    />
  );
}

/** Closer is one person's word; wider takes two, and the server says when. */
export function LimitDialog({ event, overview, onClose }: Asked) {
  const intl = useIntl();
  const reason = useReasonField();
  const scopes = useScopes(overview, false);
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'controls.new-limit' })}
      verb={intl.formatMessage({ id: 'act.set' })}
      onClose={onClose}
      takesTwo="perhaps"
      fields={[
        {
          name: 'scope',
          label: intl.formatMessage({ id: 'field.scope' }),
          type: 'choice',
          choices: scopes,
        },
        {
          name: 'limit',
          label: intl.formatMessage({ id: 'field.limit' }),
          hint: intl.formatMessage({ id: 'field.limit-hint' }),
          type: 'number',
          isOptional: true,
        },
        reason,
      ]}
      act={({ scope, limit, reason: why, secondPerson }) =>
        ask(at`/events/${event}/limits`, {
          method: 'PUT',
          body: {
            scope,
            limit: limit === '' ? null : Number(limit),
            reason: why,
            ...(secondPerson === undefined ? {} : { secondPerson }),
          },
        })
      }
    />
  );
}

/** A later kick-off takes the end of entry with it, in one act; doors may be moved alone. */
export function TimesDialog({ event, overview, onClose }: Asked) {
  const intl = useIntl();
  const reason = useReasonField();
  const later = (time: string, minutes: number) =>
    new Date(Date.parse(time) + minutes * MINUTE_MS).toISOString();
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'times.title' })}
      verb={intl.formatMessage({ id: 'times.move' })}
      onClose={onClose}
      fields={[
        {
          name: 'minutes',
          label: intl.formatMessage({ id: 'times.later' }),
          hint: intl.formatMessage({ id: 'times.later-hint' }),
          type: 'number',
          initial: '15',
        },
        {
          name: 'doors',
          label: intl.formatMessage({ id: 'times.doors-later' }),
          type: 'number',
          initial: '0',
        },
        reason,
      ]}
      act={async (values) => {
        const minutes = Number(values['minutes']);
        const doors = Number(values['doors']);
        const why = values['reason'];
        const { doorsAt, startsAt, endsAt } = overview.event;
        await ask(at`/events/${event}/kick-off`, {
          method: 'PUT',
          body: {
            ...(minutes === 0
              ? {}
              : { startsAt: later(startsAt, minutes), endsAt: later(endsAt, minutes) }),
            ...(doors === 0 ? {} : { doorsAt: later(doorsAt, doors) }),
            reason: why,
          },
        });
      }}
    >
      <p className="text-quiet text-sm">
        <FormattedMessage id="times.means" />
      </p>
    </ActDialog>
  );
}

/** Doors, kick-off and the end of entry as the event file says, in one act. */
export function PlannedTimesDialog({
  event,
  onClose,
}: {
  readonly event: string;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'times.back' })}
      verb={intl.formatMessage({ id: 'times.back' })}
      onClose={onClose}
      fields={[useReasonField()]}
      act={({ reason }) =>
        ask(at`/events/${event}/kick-off`, {
          method: 'PUT',
          body: { startsAt: null, doorsAt: null, endsAt: null, reason },
        })
      }
    />
  );
}
