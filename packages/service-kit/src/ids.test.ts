import { describe, expect, it } from '@jest/globals'
import { INSTALLATION_ORGANIZATION, isId, newId } from './ids.js'

describe('ids', () => {
  it('carry their kind', () => {
    const id = newId('secret')
    expect(isId('secret', id)).toBe(true)
    expect(isId('organization', id)).toBe(false)
    expect(isId('secret', `${id}x`)).toBe(false)
  })

  it('are never made twice, in many draws of the pool', () => {
    const made = new Set(Array.from({ length: 5_000 }, () => newId('request')))
    expect(made.size).toBe(5_000)
    expect([...made].every((id) => isId('request', id))).toBe(true)
  })

  it('never make the reserved organization', () => {
    expect(isId('organization', INSTALLATION_ORGANIZATION)).toBe(false)
  })
})
