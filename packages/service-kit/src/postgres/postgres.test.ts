import { describe, expect, it } from '@jest/globals'
import { isPostgresAway } from './postgres.js'

const withCode = (code: string): Error => Object.assign(new Error('x'), { code })

describe('an outage of Postgres', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENETUNREACH',
    '08006',
    '57P01',
    '57P03',
    '53300',
    '40001',
    '40P01',
    '57014',
    '25006',
  ])('is recognised by the code %s', (code) => {
    expect(isPostgresAway(withCode(code))).toBe(true)
  })

  it.each(['23505', '42P01', '42501', '22021', '22P02', '23514'])(
    'is not recognised in the code %s, which means a mistake of ours',
    (code) => {
      expect(isPostgresAway(withCode(code))).toBe(false)
    },
  )

  it('is recognised by the driver’s message if the error has no code', () => {
    expect(isPostgresAway(new Error('Connection terminated unexpectedly'))).toBe(true)
    expect(isPostgresAway(new Error('Client has encountered a connection error and is not queryable'))).toBe(true)
    expect(isPostgresAway(new TypeError('x is not a function'))).toBe(false)
    expect(isPostgresAway('ECONNREFUSED')).toBe(false)
  })
})
