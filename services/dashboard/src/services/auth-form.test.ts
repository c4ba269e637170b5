import { describe, expect, it } from '@jest/globals'
import { authOf, BEARER, wrongAuth } from './auth-form.js'

describe('what is entered as authentication', () => {
  it.each(['bearer', 'header', 'query'] as const)('of the type %s is refused until a secret is chosen', (type) => {
    expect(wrongAuth({ ...BEARER, type })).toBe('Choose a secret.')
    expect(wrongAuth({ ...BEARER, type, secret: 'KEY' })).toBeUndefined()
  })

  it.each(['none', 'basic', 'custom'] as const)('of the type %s needs no chosen secret', (type) => {
    expect(wrongAuth({ ...BEARER, type })).toBeUndefined()
  })

  it('is refused where one of two templates for the same header would be lost', () => {
    const headers = [
      { name: 'X-Key', value: '{{ONE}}' },
      { name: 'x-key', value: '{{TWO}}' },
    ]
    expect(wrongAuth({ ...BEARER, type: 'custom', headers })).toBe('“x-key” is given twice. Keep one of the two.')
    expect(wrongAuth({ ...BEARER, type: 'custom', query: headers })).toBe(
      '“x-key” is given twice. Keep one of the two.',
    )
    expect(wrongAuth({ ...BEARER, type: 'none', headers })).toBeUndefined()
  })

  it('sends nothing of the other types that were tried', () => {
    const tried = { ...BEARER, secret: 'KEY', name: 'X-Key', user: '{{USER}}', headers: [{ name: 'a', value: 'b' }] }
    expect(authOf({ ...tried, type: 'none' })).toEqual({ type: 'none' })
    expect(authOf({ ...tried, type: 'bearer' })).toEqual({ type: 'bearer', secret: 'KEY' })
  })
})
