import type { Role } from '../api/types.js'

/** What may be given, the least first. */
const ROLES = ['member', 'admin', 'owner'] as const satisfies readonly Role[]

export const ROLE_WORDS: Readonly<Record<Role, string>> = { member: 'Member', admin: 'Admin', owner: 'Owner' }

/** Management's rule, so that what it would refuse is not offered: admins manage everybody but owners. */
export function mayManage(actor: Role, target: Role): boolean {
  return actor === 'owner' || (actor === 'admin' && target !== 'owner')
}

/** The roles that an actor may give, as choices of a field. */
export function rolesGivenBy(actor: Role): { readonly value: Role; readonly label: string }[] {
  return ROLES.filter((role) => mayManage(actor, role)).map((role) => ({ value: role, label: ROLE_WORDS[role] }))
}

/** What a field of roles holds. Anything else stays the least. */
export function roleOf(chosen: string | null): Role {
  return ROLES.find((role) => role === chosen) ?? 'member'
}
