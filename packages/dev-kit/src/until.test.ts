import { describe, expect, it } from '@jest/globals'
import { until } from './until.js'

describe('until', () => {
  it('answers what the probe finds at last', async () => {
    let asked = 0
    await expect(until(() => (++asked === 3 ? 'here' : undefined))).resolves.toBe('here')
  })

  it('ends with an error that shows the probe when the time is over, and at once when the probe throws', async () => {
    const itIsHere = (): undefined => undefined
    await expect(until(() => itIsHere(), 20)).rejects.toThrow(/^nothing after 20 ms of waiting for .*itIsHere\(\)/)
    await expect(until(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })
})
