/** What a person may be in an organization. Compared exactly, never case-insensitively. */
export const ROLES = ['owner', 'admin', 'member'] as const
export type Role = (typeof ROLES)[number]

const EVERYBODY: readonly Role[] = ['owner', 'admin', 'member']
const MANAGERS: readonly Role[] = ['owner', 'admin']
const OWNERS: readonly Role[] = ['owner']

/** The complete table of permissions and roles. A role that a permission does not list is refused. */
export const ROLES_ALLOWED = {
  'organization:read': EVERYBODY,
  /** Rename, delete, transfer. */
  'organization:write': OWNERS,
  'members:read': EVERYBODY,
  /** Within `mayManageMember`: admins never touch owners. */
  'members:write': MANAGERS,
  /** A person's own place in the organization: to leave it. Ending another person's needs `members:write` as well. */
  'membership:write': EVERYBODY,
  'invitations:read': MANAGERS,
  'invitations:write': MANAGERS,
  'secrets:read': EVERYBODY,
  'secrets:write': MANAGERS,
  'services:read': EVERYBODY,
  'services:write': MANAGERS,
  'apps:read': EVERYBODY,
  'apps:write': MANAGERS,
  'access-log:read': EVERYBODY,
  'audit:read': MANAGERS,
} as const satisfies Record<`${string}:${'read' | 'write'}`, readonly Role[]>

/** A permission within an organization. */
export type OrgPermission = keyof typeof ROLES_ALLOWED

/** What a personal access token may be given: permissions within organizations, and the making of one. */
export type Scope = OrgPermission | 'organizations:create'

export const ORG_PERMISSIONS: readonly OrgPermission[] = Object.keys(ROLES_ALLOWED).filter(isOrgScope)

export const SCOPES: readonly Scope[] = [...ORG_PERMISSIONS, 'organizations:create']

function isOrgScope(name: string): name is OrgPermission {
  return Object.hasOwn(ROLES_ALLOWED, name)
}

/**
 * What a route requires. There is no default. `signed-in`: any known person, by a personal access token of any scope
 * too; `in-person`: a sign-in, never such a token.
 */
export type Permission = 'public' | 'signed-in' | 'in-person' | Scope

export function isOrgPermission(permission: Permission): permission is OrgPermission {
  return Object.hasOwn(ROLES_ALLOWED, permission)
}

export function roleMay(role: Role, permission: OrgPermission): boolean {
  const allowed: readonly Role[] = ROLES_ALLOWED[permission]
  return allowed.includes(role)
}

/** Whether an actor of this role may give, change or take away the target role. Admins manage everybody but owners. */
export function mayManageMember(actor: Role, target: Role): boolean {
  if (actor === 'owner') return true
  return actor === 'admin' && target !== 'owner'
}
