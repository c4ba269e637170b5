import { describe, expect, it } from '@jest/globals'
import { Fault } from './faults.js'
import { passRefused } from './pass-refused.js'

describe('work on one of several', () => {
  it.each([new Fault('INVALID_REQUEST', 'no id'), new Fault('INTERNAL', 'x'), new Error('integer out of range')])(
    'is reported and skipped when it is refused: %s',
    async (refusal) => {
      const told: unknown[] = []
      expect(await passRefused(Promise.reject(refusal), (err) => told.push(err))).toBeUndefined()
      expect(told).toEqual([refusal])
    },
  )

  it.each([new Fault('UNAVAILABLE', 'away'), Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })])(
    'rejects, unreported, when the cause is an outage: %s',
    async (outage) => {
      const told: unknown[] = []
      await expect(passRefused(Promise.reject(outage), (err) => told.push(err))).rejects.toBe(outage)
      expect(told).toEqual([])
    },
  )

  it('resolves to its result when it succeeds', async () => {
    expect(await passRefused(Promise.resolve(7), () => undefined)).toBe(7)
  })
})
