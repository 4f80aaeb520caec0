import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { z } from 'zod';
import type { LaneRole, personAdded, personList } from '#protocol/people.ts';
import { Button } from '#web/ui/button.tsx';
import { Dialog } from '#web/ui/dialog.tsx';
import { ask, at } from '../api.ts';
import { ActDialog } from '../parts/act-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failure } from '../parts/failure.tsx';
import { usePlaceName } from '../parts/names.ts';
import { QrCode } from '../parts/qr-code.tsx';
import { RowAct } from '../parts/row-act.tsx';
import { useSession } from '../session.tsx';

type Person = z.infer<typeof personList>['people'][number];
type Added = z.infer<typeof personAdded>;
const LANE_ROLES: readonly LaneRole[] = ['steward', 'volunteer', 'gate-supervisor'];

/** Who may stand at a lane tonight, and who stands where. */
export function People({ event }: { readonly event: string }) {
  const intl = useIntl();
  const session = useSession();
  const queries = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [added, setAdded] = useState<Added | null>(null);
  const [leaving, setLeaving] = useState<Person | null>(null);
  const queryKey = ['people', event];
  const people = useQuery({
    queryKey,
    queryFn: () =>
      ask<{ people: readonly Person[] }>(at`/events/${event}/people`, { isUnattended: true }),
    refetchInterval: 10_000,
  });
  const canManage = session.may('people.manage');
  const columns = useColumns(canManage ? setLeaving : null);
  return (
    <>
      {canManage && (
        <Button size="small" onClick={() => setAdding(true)}>
          <FormattedMessage id="people.add" />
        </Button>
      )}
      <Failure error={people.error} />
      <DataTable
        name="people"
        label={intl.formatMessage({ id: 'devices.tab-people' })}
        rows={people.data?.people ?? []}
        columns={columns}
        keyOf={({ person }) => person}
        empty={<FormattedMessage id="people.none" />}
      />
      {leaving !== null && (
        <ActDialog
          title={intl.formatMessage(
            { id: 'people.revoke-title' },
            { name: leaving.name ?? leaving.person },
          )}
          verb={intl.formatMessage({ id: 'people.revoke' })}
          kind="danger"
          fields={[]}
          onClose={() => {
            setLeaving(null);
            void queries.invalidateQueries({ queryKey });
          }}
          act={() => ask(at`/events/${event}/people/${leaving.person}/revoke`, { method: 'POST' })}
        >
          <p className="text-sm">
            <FormattedMessage id="people.revoke-means" />
          </p>
        </ActDialog>
      )}
      {isAdding && (
        <ActDialog
          title={intl.formatMessage({ id: 'people.add' })}
          verb={intl.formatMessage({ id: 'people.add' })}
          fields={[
            { name: 'name', label: intl.formatMessage({ id: 'accounts.name' }) },
            {
              name: 'role',
              label: intl.formatMessage({ id: 'accounts.role' }),
              type: 'choice',
              initial: 'steward',
              choices: LANE_ROLES.map((value) => ({
                value,
                word: intl.formatMessage({ id: `role.${value}` }),
              })),
            },
          ]}
          onClose={() => setAdding(false)}
          act={async (values) => {
            setAdded(await ask<Added>(at`/events/${event}/people`, { body: values }));
            await queries.invalidateQueries({ queryKey });
          }}
        />
      )}
      {added !== null && <Badge added={added} onClose={() => setAdded(null)} />}
    </>
  );
}

function useColumns(onRevoke: ((person: Person) => void) | null): readonly Column<Person>[] {
  const placeName = usePlaceName();
  return [
    {
      id: 'name',
      head: 'accounts.name',
      value: ({ name }) => name,
      cell: ({ name, person }) => <span className="font-semibold">{name ?? person}</span>,
    },
    {
      id: 'role',
      head: 'accounts.role',
      value: ({ role }) => role,
      cell: ({ role }) => <FormattedMessage id={`role.${role}`} />,
    },
    {
      id: 'where',
      head: 'people.where',
      value: ({ standsAt }) => standsAt?.gate ?? null,
      cell: ({ standsAt }) => (standsAt === null ? '–' : placeName(standsAt.gate, standsAt.lane)),
    },
    {
      id: 'acts',
      head: 'accounts.acts',
      value: () => null,
      cell: (person) =>
        person.revokedAt !== null || onRevoke === null ? null : (
          <RowAct word="people.revoke" onPress={() => onRevoke(person)} />
        ),
    },
  ];
}

function Badge({ added, onClose }: { readonly added: Added; readonly onClose: () => void }) {
  const intl = useIntl();
  return (
    <Dialog isOpen title={added.name} onClose={onClose}>
      <div className="flex flex-col items-center gap-3 text-center">
        <QrCode text={added.badge} label={intl.formatMessage({ id: 'people.badge' })} />
        <p>
          <FormattedMessage id="people.pin" />{' '}
          <span className="font-semibold text-lg">{added.pin}</span>
        </p>
        <p className="text-quiet text-sm">
          <FormattedMessage id="people.once" />
        </p>
      </div>
    </Dialog>
  );
}
