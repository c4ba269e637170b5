import { describe, expect, it } from '@jest/globals'
import { createPlanter } from './planted-values.js'

describe('planted values', () => {
  it('are different from one another and look different when URL-encoded', () => {
    const planter = createPlanter()
    const first = planter.plant('sk-')
    expect(planter.plant('sk-')).not.toBe(first)
    expect(encodeURIComponent(first)).not.toBe(first)
    expect(planter.planted).toHaveLength(2)
  })
})
