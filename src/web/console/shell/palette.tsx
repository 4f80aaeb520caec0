// One box that finds a ticket, a gate, a lane, a device or a page. What a camera wedge types into it is a
// code, and is found as one.
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { TicketsFound } from '#protocol/desk.ts';
import { Dialog } from '#web/ui/dialog.tsx';
import { joinClasses } from '#web/ui/join-classes.ts';
import { ask, at } from '../api.ts';
import { useLive } from '../live/overview-feed.tsx';
import { Failure } from '../parts/failure.tsx';
import { laneName, useLocalized } from '../parts/names.ts';
import { useSession } from '../session.tsx';
import { PLACES } from './places.ts';

type Found = {
  readonly key: string;
  readonly kind: string;
  readonly text: string;
  go(): void;
};
const FOUND_MAX = 12;

export function Palette({
  event,
  isOpen,
  onClose,
}: {
  readonly event: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={intl.formatMessage({ id: 'palette.title' })}>
      <PaletteBody event={event} onClose={onClose} />
    </Dialog>
  );
}

function PaletteBody({ event, onClose }: { readonly event: string; readonly onClose: () => void }) {
  const intl = useIntl();
  const listId = useId();
  const [q, setQ] = useState('');
  const [chosen, setChosen] = useState(0);
  const tickets = useMutation({
    mutationFn: (text: string) =>
      ask<TicketsFound>(at`/events/${event}/tickets/search`, { body: { q: text }, isLook: true }),
  });
  const places = useFoundPlaces(event, q);
  const found = [...ticketsFound(tickets.data), ...places].slice(0, FOUND_MAX);
  const navigate = useNavigate();
  const go = (each: Found) => {
    onClose();
    each.go();
  };
  const session = useSession();
  const search = () => {
    if (q.trim() !== '' && session.may('tickets.read')) tickets.mutate(q);
  };
  function ticketsFound(data: TicketsFound | undefined): Found[] {
    return (data?.tickets ?? []).map(({ ref, section, row, seat }) => ({
      key: `ticket ${ref}`,
      kind: 'palette.ticket',
      text: [ref, [section, row, seat].filter((part) => part !== null).join('-')].join(' · '),
      go: () => void navigate({ to: '/e/$event/tickets', params: { event }, search: { ref } }),
    }));
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found belongs to what was typed
  useEffect(() => {
    setChosen(0);
    tickets.reset();
  }, [q]);
  const onKey = (pressed: KeyboardEvent) => {
    if (pressed.nativeEvent.isComposing) return;
    if (pressed.key === 'ArrowDown') setChosen((at) => Math.min(at + 1, found.length - 1));
    else if (pressed.key === 'ArrowUp') setChosen((at) => Math.max(at - 1, 0));
    else if (pressed.key === 'Enter') {
      const each = found[chosen];
      if (
        each === undefined ||
        (chosen === 0 && tickets.data === undefined && looksLikeTicket(q))
      ) {
        search();
      } else go(each);
    } else return;
    pressed.preventDefault();
  };
  return (
    <div className="flex flex-col gap-3">
      <input
        // biome-ignore lint/a11y/noAutofocus: somebody pressed a key to type here
        autoFocus
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={listId}
        aria-activedescendant={found[chosen] === undefined ? undefined : `${listId}-${chosen}`}
        aria-label={intl.formatMessage({ id: 'palette.title' })}
        placeholder={intl.formatMessage({ id: 'palette.hint' })}
        className="min-h-11 rounded-md border border-line bg-ground px-3"
        value={q}
        onChange={(changed) => setQ(changed.target.value)}
        onKeyDown={onKey}
        autoComplete="off"
        spellCheck={false}
      />
      <Failure error={tickets.error} />
      <Options id={listId} found={found} chosen={chosen} onGo={go} />
      <p role="status" className="text-quiet text-sm">
        {tickets.isPending ? (
          <FormattedMessage id="console.waiting" />
        ) : tickets.data?.by === 'nothing' ? (
          <FormattedMessage id="palette.nothing" />
        ) : (
          <FormattedMessage id="palette.enter" />
        )}
      </p>
    </div>
  );
}

function Options({
  id,
  found,
  chosen,
  onGo,
}: {
  readonly id: string;
  readonly found: readonly Found[];
  readonly chosen: number;
  readonly onGo: (found: Found) => void;
}) {
  const intl = useIntl();
  return (
    <div id={id} role="listbox" aria-label={intl.formatMessage({ id: 'palette.found' })}>
      {found.map((each, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the box above holds the focus and its keys
        <div
          key={each.key}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          tabIndex={-1}
          onClick={() => onGo(each)}
          className={joinClasses(
            'flex min-h-9 cursor-pointer items-center justify-between gap-3 rounded-md px-3 text-sm',
            index === chosen && 'bg-sunken',
          )}
        >
          <span>{each.text}</span>
          <span className="text-quiet">
            <FormattedMessage id={each.kind} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** Digits or hyphens in it, or long as a code: more likely a ticket than a page. */
function looksLikeTicket(q: string): boolean {
  return /\d/.test(q) && q.trim().length >= 4;
}

function useFoundPlaces(event: string, q: string): Found[] {
  const intl = useIntl();
  const navigate = useNavigate();
  const session = useSession();
  const { overview } = useLive();
  const localized = useLocalized();
  const text = q.trim().toLowerCase();
  const has = (...words: readonly (string | null)[]) =>
    words.some((word) => word?.toLowerCase().includes(text) === true);
  const pages = PLACES.filter(({ needs }) => session.may(needs)).flatMap(({ path, word }) => {
    const name = intl.formatMessage({ id: word });
    if (!has(name, path)) return [];
    const go = () => void navigate({ to: `/e/$event/${path}`, params: { event } });
    return [{ key: `page ${path}`, kind: 'palette.page', text: name, go }];
  });
  if (text === '') return pages;
  const gates = (overview?.gates ?? []).flatMap((gate) => {
    const name = localized(gate.name);
    const toGate = () =>
      void navigate({ to: '/e/$event/ground', params: { event }, search: { gate: gate.gate } });
    const own = has(gate.gate, name)
      ? [
          {
            key: `gate ${gate.gate}`,
            kind: 'palette.gate',
            text: `${gate.gate} · ${name}`,
            go: toGate,
          },
        ]
      : [];
    const lanes = gate.lanes.flatMap(({ lane, deviceId }) =>
      deviceId !== null && has(lane, deviceId)
        ? [
            {
              key: `device ${deviceId}`,
              kind: 'palette.device',
              text: `${gate.gate} ${laneName(gate.gate, lane)} · ${deviceId}`,
              go: () =>
                void navigate({
                  to: '/e/$event/devices',
                  params: { event },
                  search: { q: deviceId },
                }),
            },
          ]
        : [],
    );
    return [...own, ...lanes];
  });
  return [...gates, ...pages];
}
