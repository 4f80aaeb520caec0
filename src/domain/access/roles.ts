// Who may do what. Routes name a permission, never a role; whatever is not on this table is refused.

export const PERMISSIONS = [
  'events.read',
  'events.import',
  'events.lifecycle',
  'grounds.read',
  'grounds.import',
  'tickets.read',
  'tickets.import',
  'tickets.export',
  'tickets.block',
  'tickets.reissue',
  'holders.read',
  'controls.read',
  'controls.set',
  'controls.limit',
  'devices.read',
  'devices.enrol',
  'devices.revoke',
  'people.manage',
  'alarms.settle',
  'messages.send',
  'calls.answer',
  'tokens.create',
  'accounts.manage',
  'scans.read',
  'scans.annul',
  'conflicts.read',
  'conflicts.settle',
  'evacuation.lead',
  'reports.read',
  'desk.sell',
  'desk.admit',
  'outbox.read',
  'outbox.manage',
  'live.read',
  'papers.print',
  'shadow.compare',
  'audit.read',
  'store.reconcile',
  'backup.take',
  'releases.try',
  'releases.set',
  'freeze.override',
  'edges.read',
  'edges.enrol',
  'authority.move',
  'edge.serve',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = [
  'admin',
  'control-room',
  'safety-officer',
  'gate-supervisor',
  'steward',
  'volunteer',
  'box-office',
  'help-desk',
  'viewer',
  'edge',
] as const;
export type Role = (typeof ROLES)[number];

/** Roles that a person or a program is given by a token; a box in the ground is enrolled instead. */
export const TOKEN_ROLES = ROLES.filter((role) => role !== 'edge');

const VIEW: readonly Permission[] = ['events.read', 'controls.read', 'live.read'];
const CONTROL: readonly Permission[] = [
  ...VIEW,
  'controls.set',
  'controls.limit',
  'devices.read',
  'scans.read',
  'conflicts.read',
  'evacuation.lead',
  'reports.read',
  'grounds.read',
  'tickets.read',
  'papers.print',
  'messages.send',
  'calls.answer',
];

/** What one node may ask of another, and no person at all. */
const OF_NODES: readonly Permission[] = ['edge.serve'];

const GRANTS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: PERMISSIONS.filter((permission) => !OF_NODES.includes(permission)),
  edge: OF_NODES,
  'control-room': [
    ...CONTROL,
    'events.lifecycle',
    'devices.enrol',
    'devices.revoke',
    'people.manage',
    'alarms.settle',
    'tickets.block',
    'tickets.reissue',
    'scans.annul',
    'conflicts.settle',
    'desk.admit',
    'outbox.read',
    'holders.read',
    'audit.read',
    'shadow.compare',
    'releases.try',
    'releases.set',
    'freeze.override',
    'edges.read',
    'authority.move',
  ],
  'safety-officer': [...CONTROL, 'freeze.override'],
  'gate-supervisor': [
    ...VIEW,
    'devices.read',
    'devices.enrol',
    'devices.revoke',
    'people.manage',
    'messages.send',
    'calls.answer',
    'scans.read',
    'scans.annul',
    'desk.admit',
    'tickets.read',
    'papers.print',
  ],
  steward: [...VIEW],
  volunteer: ['events.read'],
  'box-office': [
    ...VIEW,
    'grounds.read',
    'tickets.read',
    'tickets.block',
    'tickets.reissue',
    'tickets.export',
    'desk.sell',
    'outbox.read',
    'outbox.manage',
    'holders.read',
    'papers.print',
  ],
  'help-desk': [
    ...VIEW,
    'tickets.read',
    'tickets.block',
    'tickets.reissue',
    'outbox.read',
    'outbox.manage',
    'holders.read',
    'scans.read',
  ],
  viewer: VIEW,
};

const granted = new Map(ROLES.map((role) => [role, new Set(GRANTS[role])]));

export function may(role: Role, permission: Permission): boolean {
  return granted.get(role)?.has(permission) === true;
}
