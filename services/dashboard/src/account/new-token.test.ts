import { describe, expect, it } from '@jest/globals'
import { NEW_TOKEN, organizationsRefusal, scopesRefusal, tokenBody } from './new-token.js'

describe('the body of a new token', () => {
  it('begins with nothing allowed and nothing reached', () => {
    expect(tokenBody(NEW_TOKEN)).toEqual({ name: '', scopes: [], organizations: [], expiresInDays: 90 })
  })

  it('reaches the chosen organizations alone', () => {
    expect(tokenBody({ ...NEW_TOKEN, organizations: ['org_a'] }).organizations).toEqual(['org_a'])
  })

  it('reaches all where all was chosen, whatever was chosen before', () => {
    expect(tokenBody({ ...NEW_TOKEN, reach: 'all', organizations: ['org_a'] }).organizations).toBe('all')
  })

  it('has an empty number of days as one that is refused', () => {
    expect(tokenBody({ ...NEW_TOKEN, expiresInDays: '' }).expiresInDays).toBe(0)
  })
})

describe('the form of a new token', () => {
  it('refuses no scope at all', () => {
    expect(scopesRefusal(NEW_TOKEN)).toBe('Choose at least one.')
    expect(scopesRefusal({ scopes: ['audit:read'], reach: 'chosen' })).toBeNull()
  })

  it('lets a token create organizations only where it reaches them', () => {
    const scopes = ['organizations:create'] as const
    expect(scopesRefusal({ scopes, reach: 'all' })).toBeNull()
    expect(scopesRefusal({ scopes, reach: 'chosen' })).toMatch(/has to reach all/)
  })

  it('refuses a choice of no organization, unless all are reached', () => {
    expect(organizationsRefusal({ organizations: [], reach: 'chosen' })).toBe('Choose at least one, or all.')
    expect(organizationsRefusal({ organizations: ['org_a'], reach: 'chosen' })).toBeNull()
    expect(organizationsRefusal({ organizations: [], reach: 'all' })).toBeNull()
  })
})
