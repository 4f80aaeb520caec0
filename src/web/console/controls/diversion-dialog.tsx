import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Overview } from '#protocol/overview.ts';
import { Button } from '#web/ui/button.tsx';
import { Dialog } from '#web/ui/dialog.tsx';
import { Field } from '#web/ui/field.tsx';
import { ask, at } from '../api.ts';
import { Failure } from '../parts/failure.tsx';
import { useLocalized } from '../parts/names.ts';
import { useControls } from './use-controls.ts';
import { useEventFile } from './use-event-file.ts';

const MINUTE_MS = 60_000;

/** Sections of a gate may use others, until a time; the board to hang at the closed gate comes with it. */
export function DiversionDialog({
  event,
  overview,
  closed,
  onClose,
}: {
  readonly event: string;
  readonly overview: Overview;
  /** The gate whose people are sent elsewhere; null: any sections. */
  readonly closed: string | null;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const file = useEventFile(event);
  const { refresh } = useControls(event);
  const all = file?.sections ?? [];
  const own = all.filter(({ gates }) => gates?.some((id) => id === closed) === true);
  const offered = own.length > 0 ? own : all;
  const [sections, setSections] = useState<readonly string[] | null>(null);
  const [gates, setGates] = useState<readonly string[]>([]);
  const [minutes, setMinutes] = useState('45');
  const [reason, setReason] = useState('');
  const chosen = sections ?? own.map(({ id }) => id as string);
  const divert = useMutation({
    mutationFn: () => {
      const until = new Date(Date.now() + Number(minutes) * MINUTE_MS).toISOString();
      const body = { sections: chosen, gates, until, reason };
      return ask(at`/events/${event}/diversions`, { body });
    },
    onSuccess: refresh,
  });
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    divert.mutate();
  };
  const toggled = (list: readonly string[], id: string) =>
    list.includes(id) ? list.filter((each) => each !== id) : [...list, id];
  const title = intl.formatMessage({ id: 'divert.title' }, { gate: closed ?? '' });
  if (divert.isSuccess) {
    return (
      <Dialog isOpen title={title} onClose={onClose}>
        <p>
          <FormattedMessage id="divert.done" values={{ minutes }} />
        </p>
        {closed !== null && gates[0] !== undefined && (
          <a
            className="font-semibold text-accent-text underline"
            href={`/api/v1${at`/events/${event}/board`}?closed=${encodeURIComponent(closed)}&use=${encodeURIComponent(gates[0])}`}
            target="_blank"
            rel="noreferrer"
          >
            <FormattedMessage id="divert.board" />
          </a>
        )}
        <div className="flex justify-end">
          <Button kind="main" onClick={onClose}>
            {intl.formatMessage({ id: 'shared.close' })}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog isOpen title={title} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <Failure error={divert.error} />
        <Chips
          legend={intl.formatMessage({ id: 'divert.sections' })}
          choices={offered.map(({ id }) => ({ value: id, word: id }))}
          chosen={chosen}
          onToggle={(id) => setSections(toggled(chosen, id))}
        />
        <Chips
          legend={intl.formatMessage({ id: 'divert.gates' })}
          choices={overview.gates
            .filter(({ gate }) => gate !== closed)
            .map(({ gate, name }) => ({ value: gate, word: `${gate} ${localized(name)}` }))}
          chosen={gates}
          onToggle={(id) => setGates(toggled(gates, id))}
        />
        <Field
          label={intl.formatMessage({ id: 'divert.minutes' })}
          type="number"
          min={1}
          max={240}
          required
          value={minutes}
          onChange={(changed) => setMinutes(changed.target.value)}
        />
        <Field
          label={intl.formatMessage({ id: 'act.reason' })}
          required
          value={reason}
          onChange={(changed) => setReason(changed.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{intl.formatMessage({ id: 'shared.cancel' })}</Button>
          <Button
            kind="main"
            type="submit"
            isBusy={divert.isPending}
            disabled={chosen.length === 0 || gates.length === 0}
          >
            <FormattedMessage id="do.divert" />
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Chips({
  legend,
  choices,
  chosen,
  onToggle,
}: {
  readonly legend: string;
  readonly choices: readonly { readonly value: string; readonly word: string }[];
  readonly chosen: readonly string[];
  readonly onToggle: (value: string) => void;
}) {
  return (
    <fieldset>
      <legend className="mb-1 font-semibold text-sm">{legend}</legend>
      <div className="flex max-h-48 flex-wrap gap-1 overflow-y-auto">
        {choices.map(({ value, word }) => (
          <label
            key={value}
            className="flex min-h-8 cursor-pointer items-center gap-1.5 rounded-md border border-line px-2 text-sm has-checked:border-accent has-checked:bg-sunken"
          >
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={() => onToggle(value)}
            />
            {word}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
