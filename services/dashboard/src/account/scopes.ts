import type { PersonalToken } from '../api/types.js'

export type Scope = PersonalToken['scopes'][number]

interface ScopeGroup {
  readonly label: string
  readonly scopes: readonly Scope[]
}

/** Whole by its type: a scope that the contract gains does not compile until it has its words. */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  'secrets:read': 'See secrets, masked',
  'secrets:write': 'Create, replace and delete secrets',
  'services:read': 'See API services',
  'services:write': 'Create, change and delete API services',
  'apps:read': 'See apps',
  'apps:write': 'Create, change and delete apps',
  'access-log:read': 'Read the access log',
  'audit:read': 'Read the audit trail',
  'members:read': 'See members',
  'members:write': 'Change roles and remove members',
  'invitations:read': 'See invitations',
  'invitations:write': 'Invite, and withdraw invitations',
  'membership:write': 'Leave an organization',
  'organization:read': 'See the organization',
  'organization:write': 'Rename, transfer and delete the organization',
  'organizations:create': 'Create organizations',
}

export const SCOPE_GROUPS: readonly ScopeGroup[] = [
  {
    label: 'Secrets, API services, apps',
    scopes: ['secrets:read', 'secrets:write', 'services:read', 'services:write', 'apps:read', 'apps:write'],
  },
  { label: 'What happened', scopes: ['access-log:read', 'audit:read'] },
  {
    label: 'People',
    scopes: ['members:read', 'members:write', 'invitations:read', 'invitations:write', 'membership:write'],
  },
  { label: 'Organizations', scopes: ['organization:read', 'organization:write', 'organizations:create'] },
]

/** With one of these, a token can make somebody what its person is: docs/automation.md. */
const GIVING: readonly Scope[] = ['members:write', 'invitations:write', 'organization:write']

export function givesAwayRoles(scopes: readonly Scope[]): boolean {
  return scopes.some((scope) => GIVING.includes(scope))
}

/** Those of the texts that are scopes. */
export function scopesOf(texts: readonly string[]): Scope[] {
  return SCOPE_GROUPS.flatMap(({ scopes }) => scopes).filter((scope) => texts.includes(scope))
}
