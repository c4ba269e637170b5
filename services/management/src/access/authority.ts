import { Fault } from '@protectmyapi/service-kit/faults'
import type { CallOrg, Principal } from './principal.js'
import { isOrgPermission, type OrgPermission, type Permission, type Role, roleMay } from './roles.js'

/**
 * What a person's request rests on. It can end while the request is under way, so it is checked again where the request
 * commits.
 */
export interface Authority {
  readonly via: Principal['via']
  /** Id of the sign-in, or of the personal access token. */
  readonly credentialId: string
  /** Set for a request within an organization. */
  readonly place?: Place
}

/** A person's place in an organization, and the permission that their role there must allow. */
interface Place {
  readonly organizationId: string
  readonly userId: string
  readonly permission: OrgPermission
}

export function authorityOf(principal: Principal, org: CallOrg | undefined, permission: Permission): Authority {
  const { via, userId } = principal
  const credentialId = principal.via === 'token' ? principal.tokenId : principal.signInId
  if (!org || !isOrgPermission(permission)) return { via, credentialId }
  return { via, credentialId, place: { organizationId: org.id, userId, permission } }
}

/** @throws Fault FORBIDDEN that says what the role is. */
export function refuseUnlessRoleMay(role: Role, permission: OrgPermission): void {
  if (roleMay(role, permission)) return
  throw new Fault('FORBIDDEN', `${role} may not ${permission}`, {
    say: `Your role in this organization, ${role}, does not allow this. Ask an owner or an admin of it.`,
  })
}
