import { expect, test } from '@jest/globals'
import { standingOf } from './standing.js'

const NOW = new Date('2026-06-01T12:00:00.000Z')
const BEFORE = '2026-06-01T11:59:59.999Z'
const AFTER = '2026-06-01T12:00:00.001Z'

test.each([
  [{ revokedAt: null, expiresAt: AFTER }, 'in force'],
  [{ revokedAt: null, expiresAt: NOW.toISOString() }, 'expired'],
  [{ revokedAt: null, expiresAt: BEFORE }, 'expired'],
  [{ revokedAt: BEFORE, expiresAt: AFTER }, 'revoked'],
  [{ revokedAt: BEFORE, expiresAt: BEFORE }, 'revoked'],
  [{ revokedAt: null }, 'in force'],
  [{ revokedAt: BEFORE }, 'revoked'],
])('what ends like %j is %s', (ending, standing) => {
  expect(standingOf(ending, NOW)).toBe(standing)
})
