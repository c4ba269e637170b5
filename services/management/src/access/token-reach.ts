import { Fault } from '@protectmyapi/service-kit/faults'
import type { Principal, SignedInPerson } from './principal.js'
import type { Permission, Scope } from './roles.js'

/**
 * Whether the principal carries the permission. A token's scopes decide; whether the role allows it is checked
 * separately.
 */
export function carries(principal: Principal, permission: Permission): boolean {
  if (principal.via === 'sign-in' || permission === 'public' || permission === 'signed-in') return true
  return permission !== 'in-person' && principal.scopes.includes(permission)
}

/** @throws Fault FORBIDDEN that says what the token lacks. */
export function refuseUnlessCarried(principal: Principal, permission: Permission): void {
  if (carries(principal, permission)) return
  throw permission === 'in-person' ? inPersonAlone() : outOfScope(permission)
}

/** @throws Fault FORBIDDEN for a token. */
export function inPerson(principal: Principal): SignedInPerson {
  if (principal.via === 'sign-in') return principal
  throw inPersonAlone()
}

/** To a token, an organization outside its reach does not exist. */
export function reaches(principal: Principal, organizationId: string): boolean {
  return (
    principal.via === 'sign-in' || principal.organizations === 'all' || principal.organizations.includes(organizationId)
  )
}

const outOfScope = (permission: Permission | Scope): Fault =>
  new Fault('FORBIDDEN', `a token without ${permission}`, {
    say: `This token lacks the scope ${permission}. Create a token that has it.`,
  })

const inPersonAlone = (): Fault =>
  new Fault('FORBIDDEN', 'a token, where a sign-in is asked for', {
    say: 'No personal access token may do this. Sign in and use the session’s token.',
  })
