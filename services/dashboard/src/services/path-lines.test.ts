import { describe, expect, it } from '@jest/globals'
import { allowsGroup, withGroup } from './path-lines.js'

const CHAT = { paths: ['/v1/chat/completions', '/v1/responses'] }

describe('patterns of paths', () => {
  it('allow a group only if each of its paths is there', () => {
    expect(allowsGroup('/v1/chat/completions\n/v1/responses\n/v1/own', CHAT)).toBe(true)
    expect(allowsGroup('/v1/chat/completions', CHAT)).toBe(false)
  })

  it('get the paths of an allowed group once, and keep what else is allowed', () => {
    expect(withGroup('/v1/own\n/v1/responses', CHAT, true)).toBe('/v1/own\n/v1/chat/completions\n/v1/responses')
  })

  it('lose the paths of a group that is not allowed any more, and no others', () => {
    expect(withGroup('/v1/chat/completions\n/v1/own\n/v1/responses', CHAT, false)).toBe('/v1/own')
  })
})
