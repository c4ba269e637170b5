import { describe, expect, it } from '@jest/globals'
import { singleFlight } from './single-flight.js'

describe('singleFlight', () => {
  it('loads once for all callers of a key during its load, and again for a later caller', async () => {
    let loads = 0
    const ask = singleFlight(
      (key: string) => key,
      async (key) => `${key}${++loads}`,
    )
    expect(await Promise.all([ask('a'), ask('a'), ask('b')])).toEqual(['a1', 'a1', 'b2'])
    expect(await ask('a')).toBe('a3')
  })

  it('passes a failure to all callers who waited, and does not remember it', async () => {
    let fail = true
    const ask = singleFlight(
      () => 'key',
      async () => {
        if (fail) throw new Error('away')
        return 'here'
      },
    )
    const both = await Promise.allSettled([ask(), ask()])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fail = false
    expect(await ask()).toBe('here')
  })
})
