// Who may do what. Routes name a permission, never a role; whatever is not on this table is refused.

export const PERMISSIONS = [
  'events.read',
  'events.import',
  'events.lifecycle',
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
  'tokens.create',
  'scans.read',
  'scans.annul',
  'conflicts.read',
  'live.read',
  'papers.print',
  'shadow.compare',
  'audit.read',
  'store.reconcile',
  'backup.take',
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
] as const;
export type Role = (typeof ROLES)[number];

const VIEW: readonly Permission[] = ['events.read', 'controls.read', 'live.read'];
const CONTROL: readonly Permission[] = [
  ...VIEW,
  'controls.set',
  'controls.limit',
  'devices.read',
  'scans.read',
  'conflicts.read',
  'tickets.read',
  'papers.print',
];

const GRANTS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: PERMISSIONS,
  'control-room': [
    ...CONTROL,
    'events.lifecycle',
    'devices.enrol',
    'devices.revoke',
    'tickets.block',
    'tickets.reissue',
    'scans.annul',
    'holders.read',
    'audit.read',
    'shadow.compare',
  ],
  'safety-officer': CONTROL,
  'gate-supervisor': [
    ...VIEW,
    'devices.read',
    'devices.enrol',
    'devices.revoke',
    'scans.read',
    'scans.annul',
    'tickets.read',
    'papers.print',
  ],
  steward: [...VIEW],
  volunteer: ['events.read'],
  'box-office': [
    ...VIEW,
    'tickets.read',
    'tickets.block',
    'tickets.reissue',
    'tickets.export',
    'holders.read',
    'papers.print',
  ],
  'help-desk': [
    ...VIEW,
    'tickets.read',
    'tickets.block',
    'tickets.reissue',
    'holders.read',
    'scans.read',
  ],
  viewer: VIEW,
};

const granted = new Map(ROLES.map((role) => [role, new Set(GRANTS[role])]));

export function may(role: Role, permission: Permission): boolean {
  return granted.get(role)?.has(permission) === true;
}
