import { describe, expect, it } from '@jest/globals'
import { findStale } from './find-stale.js'
import { history, injection, operation, refusal, request } from './hand-written.js'

/** The replacement is answered at 200. */
const replaced = operation({ ends: ['value:old'], begins: ['value:new'] })
const revoked = operation({ kind: 'revoke session', ends: ['session:1'] })
const disabled = operation({ kind: 'disable app', ends: ['app:1'] })

describe('a request that starts after a change was answered', () => {
  it('is found when the provider received the old value', () => {
    const requests = [request({ startMs: 201 })]
    const found = findStale(
      history({ operations: [replaced], requests, injections: [injection({ value: 'value:old' })] }),
    )
    expect(found).toMatchObject([{ kind: 'stale' }])
    expect(found[0]?.says).toContain('1.0 ms after "replace value" was answered')
  })

  it('is told from one that started before the answer and was injected after it, which is not found', () => {
    const requests = [request({ startMs: 199 })]
    const injections = [injection({ value: 'value:old', atMs: 900 })]
    expect(findStale(history({ operations: [replaced], requests, injections }))).toEqual([])
  })

  it('is found when it rests on a revoked session, and not when it was refused', () => {
    const requests = [request({ rests: ['session:1'] })]
    const operations = [revoked]
    expect(findStale(history({ operations, requests, injections: [injection()] }))).toMatchObject([{ kind: 'stale' }])
    expect(findStale(history({ operations, requests: [refusal(401, 'INVALID_TOKEN')] }))).toEqual([])
  })

  it('is found when it bought a session with a revoked debug token', () => {
    const requests = [request({ kind: 'buy', rests: ['debug-token:1'] })]
    const operations = [operation({ kind: 'revoke debug-token', ends: ['debug-token:1'] })]
    expect(findStale(history({ operations, requests }))).toMatchObject([{ kind: 'stale' }])
  })

  it('is not found when the change was refused, or its outcome is unknown', () => {
    const requests = [request({ rests: ['session:1'] })]
    for (const outcome of ['unknown', 'refused'] as const) {
      const operations = [{ ...revoked, outcome }]
      expect(findStale(history({ operations, requests, injections: [injection()] }))).toEqual([])
    }
  })
})

describe('something that was given back', () => {
  const requests = [request({ startMs: 300, rests: ['app:1'] })]
  const given = (startMs: number, outcome: 'done' | 'unknown' | 'refused' = 'done') =>
    operation({ kind: 'enable app', startMs, endMs: startMs + 50, outcome, begins: ['app:1'] })
  const stale = (...operations: ReturnType<typeof operation>[]): number =>
    findStale(history({ operations, requests, injections: [injection({ atMs: 305 })] })).length

  it('may be used from the moment at which it was asked for', () => {
    expect(stale(disabled, given(304))).toBe(0)
    expect(stale(disabled, given(304, 'unknown'))).toBe(0)
    expect(stale(disabled, given(306))).toBe(1)
  })

  it('must not be used when its return was refused', () => {
    expect(stale(disabled, given(304, 'refused'))).toBe(1)
  })

  it('may be used after it was taken away again if the return had no answer', () => {
    expect(stale(given(10, 'unknown'), disabled)).toBe(0)
    expect(stale(given(10), disabled)).toBe(1)
  })
})
