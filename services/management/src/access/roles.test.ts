import { describe, expect, it } from '@jest/globals'
import {
  isOrgPermission,
  mayManageMember,
  type OrgPermission,
  ROLES,
  ROLES_ALLOWED,
  type Role,
  roleMay,
} from './roles.js'

const permissions = Object.keys(ROLES_ALLOWED).filter((name): name is OrgPermission =>
  isOrgPermission(name as OrgPermission),
)

/** The table of the contract, written down a second time on purpose. */
const MEMBER: readonly OrgPermission[] = [
  'organization:read',
  'members:read',
  'membership:write',
  'secrets:read',
  'services:read',
  'apps:read',
  'access-log:read',
]

describe('roles', () => {
  it('let an owner do everything', () => {
    for (const permission of permissions) expect([permission, roleMay('owner', permission)]).toEqual([permission, true])
  })

  it('let an admin do everything but rename, delete and transfer the organization', () => {
    const refused = permissions.filter((permission) => !roleMay('admin', permission))
    expect(refused).toEqual(['organization:write'])
  })

  it('let a member read, and leave', () => {
    expect(permissions.filter((permission) => roleMay('member', permission)).sort()).toEqual([...MEMBER].sort())
  })

  it('let admins manage everybody but owners, and members nobody', () => {
    const table = ROLES.map((actor) => ROLES.filter((target: Role) => mayManageMember(actor, target)))
    expect(table).toEqual([['owner', 'admin', 'member'], ['admin', 'member'], []])
  })

  it('do not take an inherited property such as toString for a permission', () => {
    expect(isOrgPermission('toString' as OrgPermission)).toBe(false)
  })
})
