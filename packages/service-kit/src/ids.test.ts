import { describe, expect, it } from '@jest/globals'
import { INSTALLATION_ORGANIZATION, isId, newId } from './ids.js'

describe('ids', () => {
  it('are recognised only as ids of their own kind', () => {
    const id = newId('secret')
    expect(isId('secret', id)).toBe(true)
    expect(isId('organization', id)).toBe(false)
    expect(isId('secret', `${id}x`)).toBe(false)
  })

  it('are all different in 5000 draws', () => {
    const made = new Set(Array.from({ length: 5_000 }, () => newId('request')))
    expect(made.size).toBe(5_000)
    expect([...made].every((id) => isId('request', id))).toBe(true)
  })

  it('of organizations have a form that the reserved organization’s id does not have', () => {
    expect(isId('organization', INSTALLATION_ORGANIZATION)).toBe(false)
  })
})
