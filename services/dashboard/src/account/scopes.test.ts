import { expect, it } from '@jest/globals'
import { givesAwayRoles, SCOPE_GROUPS, SCOPE_WORDS, scopesOf } from './scopes.js'

it('offers every scope of the contract, once', () => {
  const offered = SCOPE_GROUPS.flatMap(({ scopes }) => scopes)
  expect([...offered].sort()).toEqual(Object.keys(SCOPE_WORDS).sort())
})

it('warns of scopes by which a token can make somebody an owner, and of no others', () => {
  const warned = SCOPE_GROUPS.flatMap(({ scopes }) => scopes).filter((scope) => givesAwayRoles([scope]))
  expect(warned).toEqual(['members:write', 'invitations:write', 'organization:write'])
})

it('takes nothing for a scope that is none', () => {
  expect(scopesOf(['audit:read', 'secrets:all', ''])).toEqual(['audit:read'])
})
