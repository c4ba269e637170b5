import { expect, it } from '@jest/globals'
import { tokenState } from './token-state.js'

const NOON = '2026-01-01T12:00:00.000Z'
const after = (ms: number) => new Date(Date.parse(NOON) + ms)

it('calls a token expired from its end on', () => {
  const token = { revokedAt: null, expiresAt: NOON }
  expect([tokenState(token, after(-1)), tokenState(token, after(0))]).toEqual(['in force', 'expired'])
})

it('calls a token revoked that was, also after its end', () => {
  const token = { revokedAt: NOON, expiresAt: NOON }
  expect([tokenState(token, after(-1)), tokenState(token, after(1))]).toEqual(['revoked', 'revoked'])
})
