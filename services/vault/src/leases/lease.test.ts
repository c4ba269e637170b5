import { describe, expect, it } from '@jest/globals'
import { leaseLife } from './lease.js'

const READ_MS = Date.UTC(2026, 0, 15)
const FIVE_MINUTES_MS = 5 * 60_000

describe('a lease', () => {
  it.each([
    ['its grant', 90_000, undefined, 90_000],
    ['what its kind of grant may live', 90_000, 60_000, 60_000],
    ['five minutes, whatever its grant says', 86_400_000, undefined, FIVE_MINUTES_MS],
    ['five minutes, whatever its kind of grant may', 86_400_000, 86_400_000, FIVE_MINUTES_MS],
    ['nothing at all, where its grant ended before the read', -1, undefined, 0],
  ])('lives no longer than %s', (_what, grantMs, lifeMsMax, lifeMs) => {
    expect(leaseLife(READ_MS, READ_MS + grantMs, lifeMsMax).lifeMs).toBe(lifeMs)
  })
})
