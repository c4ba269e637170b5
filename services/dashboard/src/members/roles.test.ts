import { describe, expect, it } from '@jest/globals'
import { mayManage, roleOf, rolesGivenBy } from './roles.js'

describe('roles on offer', () => {
  it('are all of them to an owner', () => {
    expect(rolesGivenBy('owner').map(({ value }) => value)).toEqual(['member', 'admin', 'owner'])
  })

  it('leave out owner to an admin, who never touches an owner', () => {
    expect(rolesGivenBy('admin').map(({ value }) => value)).toEqual(['member', 'admin'])
    expect(mayManage('admin', 'owner')).toBe(false)
  })

  it('are none to a member, who manages nobody', () => {
    expect(rolesGivenBy('member')).toEqual([])
    expect(mayManage('member', 'member')).toBe(false)
  })

  it('become the least where a field holds none', () => {
    expect([roleOf('owner'), roleOf(null), roleOf('Owner')]).toEqual(['owner', 'member', 'member'])
  })
})
