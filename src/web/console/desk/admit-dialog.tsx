import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { ask, at } from '../api.ts';
import { useEventFile } from '../controls/use-event-file.ts';
import { useLive } from '../live/overview-feed.tsx';
import { ActDialog, type FieldOf, useReasonField } from '../parts/act-dialog.tsx';
import { useLocalized } from '../parts/names.ts';

/** Somebody is let in, or out, by hand. The request keeps its id through repeats, so nobody is counted twice. */
export function AdmitDialog({
  event,
  reference,
  onClose,
}: {
  readonly event: string;
  /** null: without a ticket. */
  readonly reference: string | null;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const { overview } = useLive();
  const file = useEventFile(event);
  const reason = useReasonField();
  const [requestId] = useState(() => crypto.randomUUID());
  const word = (id: string) => intl.formatMessage({ id });
  const gates: FieldOf = {
    name: 'gate',
    label: word('field.gate'),
    type: 'choice',
    choices: (overview?.gates ?? []).map(({ gate, name }) => ({
      value: gate,
      word: `${gate} ${localized(name)}`,
    })),
  };
  const direction: FieldOf = {
    name: 'direction',
    label: word('field.direction'),
    type: 'choice',
    initial: 'in',
    choices: [
      { value: 'in', word: word('field.in') },
      { value: 'out', word: word('field.out') },
    ],
  };
  const withoutTicket: readonly FieldOf[] = [
    {
      name: 'section',
      label: word('field.section'),
      type: 'choice',
      isOptional: true,
      choices: (file?.sections ?? []).map(({ id }) => ({ value: id, word: id })),
    },
    { name: 'people', label: word('field.people'), type: 'number', initial: '1' },
  ];
  return (
    <ActDialog
      title={
        reference === null
          ? word('admit.title-without')
          : intl.formatMessage({ id: 'admit.title' }, { ref: reference })
      }
      verb={word('admit.do')}
      takesTwo="perhaps"
      fields={[gates, direction, ...(reference === null ? withoutTicket : []), reason]}
      onClose={onClose}
      act={({ gate, direction: way, section, people, reason: why, secondPerson }) =>
        ask(at`/events/${event}/admissions`, {
          body: {
            requestId,
            gate,
            direction: way,
            reason: why,
            ...(reference === null ? { people: Number(people) } : { ref: reference }),
            ...(section ? { section } : {}),
            ...(secondPerson === undefined ? {} : { secondPerson }),
          },
        })
      }
    >
      <p className="text-quiet text-sm">
        <FormattedMessage id="admit.means" />
      </p>
    </ActDialog>
  );
}
