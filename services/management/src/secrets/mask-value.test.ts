import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { maskValue } from './mask-value.js'

describe('a mask', () => {
  it.each([
    ['sk-abc123def456', 'sk-****...****'],
    ['sk-proj-abc123def456', 'sk-proj-****...****'],
    ['sk-ant-api03-abcdefgh', 'sk-ant-****...****'],
    ['AIzaSyA-1234567890', 'AIza****...****'],
    ['sk_live_51Habcdefgh', 'sk_live_****...****'],
    ['0123456789abcdef', '****...****'],
    ['sk-', '****...****'],
    ['sk-short', '****...****'],
  ])('of %s is %s', (value, mask) => {
    expect(maskValue(value)).toBe(mask)
  })

  it('is the same whatever follows the prefix', () => {
    const random = fc.string({ minLength: 12, maxLength: 60 }).map((text) => `Z${text}`)
    fc.assert(fc.property(random, random, (one, other) => maskValue(`AIza${one}`) === maskValue(`AIza${other}`)))
  })
})
