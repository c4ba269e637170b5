import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { codeOf } from '../../test/code-of.js'
import { createWasteLimit } from './waste-limit.js'

const accepted = async (): Promise<string> => 'a verdict'
const failing = (code: 'INVALID_ATTESTATION' | 'DEVICE_COMPROMISED' | 'UNAVAILABLE') => async (): Promise<string> => {
  throw new Fault(code, 'for the test')
}

/** How many of a hundred, one after another, get as far as Google. */
async function asked(limit: ReturnType<typeof createWasteLimit>, work: () => Promise<string>): Promise<number> {
  let count = 0
  for (let nth = 0; nth < 100; nth += 1) {
    const counted = () => {
      count += 1
      return work()
    }
    await codeOf(limit('192.0.2.1', counted))
  }
  return count
}

describe('proofs of one address that come to nothing', () => {
  it('are sixty, then one a minute; then Google is not asked for it, and is for others', async () => {
    const clock = manualClock()
    const limit = createWasteLimit(clock)
    expect(await asked(limit, failing('INVALID_ATTESTATION'))).toBe(60)
    expect(await codeOf(limit('192.0.2.1', accepted))).toBe('RATE_LIMITED')
    expect(await limit('192.0.2.2', accepted)).toBe('a verdict')
    clock.advance(60_000)
    expect(await codeOf(limit('192.0.2.1', failing('DEVICE_COMPROMISED')))).toBe('DEVICE_COMPROMISED')
    expect(await codeOf(limit('192.0.2.1', accepted))).toBe('RATE_LIMITED')
  })

  it('are neither those that are accepted nor those that Google does not answer', async () => {
    const limit = createWasteLimit(manualClock())
    expect(await asked(limit, accepted)).toBe(100)
    expect(await asked(limit, failing('UNAVAILABLE'))).toBe(100)
    expect(await asked(limit, failing('INVALID_ATTESTATION'))).toBe(60)
  })

  it('are counted from their beginning, so that many at once are no way round', async () => {
    const limit = createWasteLimit(manualClock())
    const codes = await Promise.all(
      Array.from({ length: 100 }, () => codeOf(limit('192.0.2.1', failing('INVALID_ATTESTATION')))),
    )
    expect(codes.filter((code) => code === 'INVALID_ATTESTATION')).toHaveLength(60)
  })
})
