import { describe, expect, it } from '@jest/globals'
import { isToken, newToken, TOKEN_PREFIXES, tokenHash } from './tokens.js'

describe('tokens', () => {
  it('are recognised only as tokens of their own kind', () => {
    const token = newToken('app')
    expect(token.startsWith(TOKEN_PREFIXES.app)).toBe(true)
    expect(isToken('app', token)).toBe(true)
    expect(isToken('debug', token)).toBe(false)
  })

  it('are rejected without a look-up if a character is changed, missing or added', () => {
    const token = newToken('debug')
    for (let at = TOKEN_PREFIXES.debug.length; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A'
      expect(isToken('debug', token.slice(0, at) + other + token.slice(at + 1))).toBe(false)
    }
    expect(isToken('debug', token.slice(0, -1))).toBe(false)
    expect(isToken('debug', `${token}A`)).toBe(false)
  })

  it('have a hash of 32 bytes, always the same for one token and another for another token', () => {
    const token = newToken('personal')
    expect(tokenHash(token)).toHaveLength(32)
    expect(tokenHash(token)).toEqual(tokenHash(token))
    expect(tokenHash(token)).not.toEqual(tokenHash(newToken('personal')))
  })
})
