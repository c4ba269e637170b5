import { describe, expect, it } from '@jest/globals'
import { INSTALLATION_ORGANIZATION, isId, newId } from './ids.js'

describe('ids', () => {
  it('carry their kind', () => {
    const id = newId('secret')
    expect(isId('secret', id)).toBe(true)
    expect(isId('organization', id)).toBe(false)
    expect(isId('secret', `${id}x`)).toBe(false)
  })

  it('never make the reserved organisation', () => {
    expect(isId('organization', INSTALLATION_ORGANIZATION)).toBe(false)
  })
})
