import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { z } from 'zod';
import type { deviceView } from '#protocol/access.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Choices } from '#web/ui/looks-switch.tsx';
import { ask, at } from '../api.ts';
import { Alarms } from '../devices/alarms.tsx';
import { OfferDialog } from '../devices/offer-dialog.tsx';
import { People } from '../devices/people.tsx';
import { ReadinessBoard } from '../devices/readiness-board.tsx';
import { ActDialog } from '../parts/act-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failure } from '../parts/failure.tsx';
import { Filter } from '../parts/filter.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { usePlaceName } from '../parts/names.ts';
import { PageHead } from '../parts/page.tsx';
import { RowAct } from '../parts/row-act.tsx';
import type { Search } from '../router.tsx';
import { useSession } from '../session.tsx';

export type Device = z.infer<typeof deviceView>;
const TABS = ['devices', 'readiness', 'people'] as const;
type Tab = (typeof TABS)[number];

/** Phones and lanes: enrol, hand over, revoke; who stands where; whether all is ready for doors. */
export function DevicesPage() {
  const intl = useIntl();
  const { event = '' } = useParams({ strict: false });
  const { tab = 'devices' } = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const session = useSession();
  const [isOffering, setOffering] = useState(false);
  return (
    <>
      <PageHead id="place.devices">
        <Choices<Tab>
          isLabelHidden
          label={intl.formatMessage({ id: 'devices.view' })}
          choices={TABS.map((value) => ({
            value,
            word: intl.formatMessage({ id: `devices.tab-${value}` }),
          }))}
          chosen={TABS.find((each) => each === tab) ?? 'devices'}
          onChoose={(value) =>
            void navigate({ to: '.', search: { tab: value === 'devices' ? undefined : value } })
          }
        />
        {session.may('devices.enrol') && (
          <Button kind="main" size="small" onClick={() => setOffering(true)}>
            <FormattedMessage id="devices.enrol" />
          </Button>
        )}
      </PageHead>
      {session.may('alarms.settle') && <Alarms event={event} />}
      {tab === 'readiness' && <ReadinessBoard event={event} />}
      {tab === 'people' && <People event={event} />}
      {tab !== 'readiness' && tab !== 'people' && <DeviceTable event={event} />}
      {isOffering && (
        <OfferDialog event={event} replaces={null} onClose={() => setOffering(false)} />
      )}
    </>
  );
}

function DeviceTable({ event }: { readonly event: string }) {
  const intl = useIntl();
  const { q = '', state, gate, ref } = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const session = useSession();
  const [revoking, setRevoking] = useState<Device | null>(null);
  const canEnrol = session.may('devices.enrol');
  const setReplacing = (device: string | undefined) =>
    void navigate({
      to: '.',
      replace: true,
      search: (before: Search) => ({ ...before, ref: device }),
    });
  const queryKey = ['devices', event];
  const devices = useQuery({
    queryKey,
    queryFn: () =>
      ask<{ devices: readonly Device[] }>(`/devices?event=${encodeURIComponent(event)}`, {
        isUnattended: true,
      }),
    refetchInterval: 5_000,
  });
  const needle = q.toLowerCase();
  const rows = (devices.data?.devices ?? []).filter(
    (each) =>
      each.event === event &&
      (state === undefined
        ? each.revokedAt === null
        : state === 'all' || each.revokedAt !== null) &&
      (gate === undefined || each.gate === gate) &&
      [each.deviceId, each.gate, each.lane, each.label, each.operator].some(
        (part) => part?.toLowerCase().includes(needle) === true,
      ),
  );
  const columns = useColumns({
    onRevoke: session.may('devices.revoke') ? setRevoking : null,
    onReplace: canEnrol ? setReplacing : null,
  });
  return (
    <>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <div className="w-72">
          <Field
            data-search
            label={intl.formatMessage({ id: 'devices.filter' })}
            value={q}
            onChange={(changed) =>
              void navigate({
                to: '.',
                replace: true,
                search: (before: Search) => ({ ...before, q: changed.target.value || undefined }),
              })
            }
          />
        </div>
        <div className="pb-1">
          <Filter
            name="state"
            label={intl.formatMessage({ id: 'devices.state' })}
            none={intl.formatMessage({ id: 'devices.active' })}
            choices={['all', 'revoked'].map((value) => ({
              value,
              word: intl.formatMessage({ id: `devices.${value}` }),
            }))}
          />
        </div>
      </div>
      <Failure error={devices.error} />
      <DataTable
        name="devices"
        label={intl.formatMessage({ id: 'place.devices' })}
        rows={rows}
        columns={columns}
        keyOf={({ deviceId }) => deviceId}
        empty={<FormattedMessage id="devices.none" />}
      />
      {revoking !== null && (
        <RevokeDialog
          device={revoking}
          onClose={() => {
            setRevoking(null);
            void queries.invalidateQueries({ queryKey });
          }}
        />
      )}
      {canEnrol && ref !== undefined && (
        <OfferDialog event={event} replaces={ref} onClose={() => setReplacing(undefined)} />
      )}
    </>
  );
}

function RevokeDialog({
  device: { deviceId },
  onClose,
}: {
  readonly device: Device;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'devices.revoke-title' }, { device: deviceId })}
      verb={intl.formatMessage({ id: 'devices.revoke' })}
      kind="danger"
      fields={[]}
      onClose={onClose}
      act={() => ask(at`/devices/${deviceId}/revoke`, { method: 'POST' })}
    >
      <p className="text-sm">
        <FormattedMessage id="devices.revoke-means" />
      </p>
    </ActDialog>
  );
}

function useColumns(acts: {
  readonly onRevoke: ((device: Device) => void) | null;
  readonly onReplace: ((device: string) => void) | null;
}): readonly Column<Device>[] {
  const clock = useGroundClock();
  const placeName = usePlaceName();
  return [
    {
      id: 'gate',
      head: 'gates.gate',
      value: ({ gate }) => gate,
      cell: ({ gate, lane }) => (
        <span className="whitespace-nowrap font-semibold">{placeName(gate, lane)}</span>
      ),
    },
    {
      id: 'device',
      isForWide: true,
      head: 'devices.device',
      value: ({ deviceId }) => deviceId,
      cell: ({ deviceId, label }) => (
        <>
          <code className="text-xs">{deviceId}</code>{' '}
          <span className="text-quiet">{label ?? ''}</span>
        </>
      ),
    },
    {
      id: 'role',
      isForWide: true,
      head: 'devices.role',
      value: ({ role }) => role,
      cell: ({ role, isPractice }) => (
        <>
          <FormattedMessage id={`device-role.${role}`} />
          {isPractice && (
            <span className="ml-2 font-semibold text-refer-text">
              <FormattedMessage id="devices.practice" />
            </span>
          )}
        </>
      ),
    },
    {
      id: 'operator',
      head: 'devices.operator',
      value: ({ operator }) => operator,
      cell: ({ operator }) => operator ?? '–',
    },
    {
      id: 'seen',
      head: 'lanes.seen',
      value: ({ seenAt }) => seenAt,
      cell: ({ seenAt }) => clock.of(seenAt),
    },
    {
      id: 'expires',
      isForWide: true,
      head: 'devices.expires',
      value: ({ expiresAt }) => expiresAt,
      cell: ({ expiresAt, revokedAt }) =>
        revokedAt === null ? (
          clock.of(expiresAt)
        ) : (
          <span className="text-refused-text">
            <FormattedMessage id="devices.revoked-at" values={{ time: clock.of(revokedAt) }} />
          </span>
        ),
    },
    {
      id: 'acts',
      head: 'accounts.acts',
      value: () => null,
      cell: (device) =>
        device.revokedAt !== null ? null : (
          <span className="flex gap-3">
            {acts.onReplace !== null && (
              <RowAct word="devices.replace" onPress={() => acts.onReplace?.(device.deviceId)} />
            )}
            {acts.onRevoke !== null && (
              <RowAct word="devices.revoke" onPress={() => acts.onRevoke?.(device)} />
            )}
          </span>
        ),
    },
  ];
}
