import { describe, expect, it } from '@jest/globals'
import { asProblem, Problem } from './problem.js'

const refusal = new Problem(
  {
    code: 'INVALID_REQUEST',
    title: 'Invalid request',
    detail: 'Check the fields.',
    requestId: 'req_1',
    errors: [
      { pointer: '/name', detail: 'This name is taken.' },
      { pointer: '/limits/0/count', detail: 'Give 1 or more.' },
    ],
  },
  400,
)

describe('a refusal', () => {
  it('says what to do, at which field, and at those that the field stands in', () => {
    expect(refusal.message).toBe('Check the fields.')
    expect(refusal.fields).toEqual({
      name: 'This name is taken.',
      limits: 'Give 1 or more.',
      'limits.0': 'Give 1 or more.',
      'limits.0.count': 'Give 1 or more.',
    })
  })

  it('of a session that has ended is told from others', () => {
    const codes = ['UNAUTHORIZED', 'TOKEN_EXPIRED', 'INVALID_TOKEN', 'FORBIDDEN', 'NOT_FOUND'] as const
    expect(codes.filter((code) => new Problem({ code }).isSignedOut)).toEqual([
      'UNAUTHORIZED',
      'TOKEN_EXPIRED',
      'INVALID_TOKEN',
    ])
  })

  it('is told from a network that is away, and from a fault of the page', () => {
    expect(asProblem(refusal)).toBe(refusal)
    expect(new Problem({})).toMatchObject({
      code: undefined,
      message: 'Management did not answer. Check your connection, and try again.',
    })
    expect(asProblem(new TypeError('x is undefined'))).toMatchObject({ code: undefined, message: 'Load it again.' })
  })
})
