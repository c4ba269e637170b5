import { describe, expect, it } from '@jest/globals'
import { until } from './until.js'

describe('until', () => {
  it('answers what the probe finds at last', async () => {
    let asked = 0
    await expect(until(() => (++asked === 3 ? 'here' : undefined))).resolves.toBe('here')
  })

  it('ends with an error when the time is over, and at once when the probe throws', async () => {
    await expect(until(() => undefined, 20)).rejects.toThrow('nothing after 20 ms')
    await expect(until(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })
})
