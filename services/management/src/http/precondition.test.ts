import { describe, expect, it } from '@jest/globals'
import { etagOf } from './etag.js'
import { preconditionOf, readConditions, readingOf, WITHOUT_ETAG } from './precondition.js'

const THING = { id: 'svc_1', name: 'Thing' }
const TAG = etagOf(THING)

const met = (headers: Record<string, string>, shown: unknown): Promise<boolean> =>
  preconditionOf(readConditions(headers))(async () => shown).then(
    () => true,
    (thrown: { code?: string }) => {
      expect(thrown.code).toBe('PRECONDITION_FAILED')
      return false
    },
  )

describe('an ETag', () => {
  it('is the same for the same members in another order, and differs for another value', () => {
    expect(etagOf({ name: 'Thing', id: 'svc_1' })).toBe(TAG)
    expect(etagOf({ ...THING, name: 'Thing ' })).not.toBe(TAG)
    expect(etagOf({ a: [1, 2] })).not.toBe(etagOf({ a: [2, 1] }))
    expect(TAG).toMatch(/^"[A-Za-z0-9_-]{43}"$/)
  })
})

describe('a condition of a change (RFC 9110 § 13.1)', () => {
  it.each([
    ['the tag that is there', { 'if-match': TAG }, THING, true],
    ['one of several', { 'if-match': `"x,y" ,, W/"z", ${TAG}` }, THING, true],
    ['another tag', { 'if-match': '"x"' }, THING, false],
    ['the tag, weak: If-Match compares strongly', { 'if-match': `W/${TAG}` }, THING, false],
    ['anything at all', { 'if-match': '*' }, THING, true],
    ['anything, where nothing is', { 'if-match': '*' }, undefined, false],
    ['a tag, where nothing is', { 'if-match': TAG }, undefined, false],
    ['a tag, of what has none', { 'if-match': TAG }, WITHOUT_ETAG, false],
    ['nothing, where nothing is', { 'if-none-match': '*' }, undefined, true],
    ['nothing, where something is', { 'if-none-match': '*' }, THING, false],
    ['not this one: If-None-Match compares weakly', { 'if-none-match': `W/${TAG}` }, THING, false],
    ['not another one', { 'if-none-match': '"x"' }, THING, true],
  ])('is met or not as the RFC demands if it asks for %s', async (_name, headers, shown, expected) => {
    expect(await met(headers, shown)).toBe(expected)
  })

  it('reads nothing if the request states no condition', async () => {
    const never = () => Promise.reject(new Error('read'))
    await preconditionOf(readConditions({}))(never)
  })

  it.each(['x', '', '"a', 'W/', '"a" b', '"a"b"', '* , "a"', `"a ${String.fromCharCode(7)}"`])(
    'is refused with INVALID_REQUEST if it reads %j',
    (text) => {
      expect(() => readConditions({ 'if-match': text })).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
    },
  )
})

describe('a condition of a read', () => {
  it('is “not modified” for the same tag, weak or strong, and “modified” for another', () => {
    for (const tag of [TAG, `W/${TAG}`, '*'])
      expect(readingOf(readConditions({ 'if-none-match': tag }), THING)).toBe('not-modified')
    expect(readingOf(readConditions({ 'if-none-match': '"x"' }), THING)).toBe('modified')
    expect(() => readingOf(readConditions({ 'if-match': '"x"' }), THING)).toThrow(
      expect.objectContaining({ code: 'PRECONDITION_FAILED' }),
    )
  })
})
