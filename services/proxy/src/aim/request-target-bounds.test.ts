import { describe, expect, it } from '@jest/globals'
import { checkPath, parseRequestTarget } from './request-target.js'

const ORIGIN_FORM = 'the path is not in origin form, or holds a character that must be encoded'
const SEPARATOR = 'the path holds an encoded separator or control character'
const refused = (detail: string) => expect.objectContaining({ code: 'PATH_NOT_ALLOWED', message: detail })
/** A letter, percent-encoded this many times over. */
const encoded = (times: number): string => `%${'25'.repeat(times - 1)}41`

describe('a request target', () => {
  it('is accepted with a length of 16 KiB, and refused with one byte more', () => {
    const longest = `/${'a'.repeat(16 * 1024 - 1)}`
    expect(parseRequestTarget(longest)).toEqual({ path: longest, query: null })
    expect(() => parseRequestTarget(`${longest}a`)).toThrow(refused('the target is too long'))
  })

  it('is split at its first question mark, and refused without a path before it', () => {
    expect(parseRequestTarget('/a?b?c')).toEqual({ path: '/a', query: 'b?c' })
    expect(parseRequestTarget('/a?')).toEqual({ path: '/a', query: '' })
    expect(() => parseRequestTarget('?a=b')).toThrow(refused(ORIGIN_FORM))
  })

  it.each(['a b', 'a#b', 'é', '\u0000'])('is refused when its query holds %j', (query) => {
    const why = 'the query holds a character that must be encoded'
    expect(() => parseRequestTarget(`/a?${query}`)).toThrow(refused(why))
  })

  it.each([1, 2, 3, 4])(
    'that is percent-encoded %i times is decoded to the end, and refused for a hidden dot segment or separator',
    (times) => {
      expect(() => checkPath(`/${encoded(times)}`)).not.toThrow()
      const dot = `%${'25'.repeat(times - 1)}2e`
      expect(() => checkPath(`/${dot}${dot}`)).toThrow(refused('the path has a dot segment'))
      const slash = `%${'25'.repeat(times - 1)}2F`
      expect(() => checkPath(`/a${slash}b`)).toThrow(refused(SEPARATOR))
    },
  )

  it('is refused when it is percent-encoded five times', () => {
    expect(() => checkPath(`/${encoded(5)}`)).toThrow(refused('the path is encoded too many times'))
  })

  it.each<[string, string]>([
    ['', ORIGIN_FORM],
    ['a', ORIGIN_FORM],
    ['http://a/b', ORIGIN_FORM],
    ['/%4', ORIGIN_FORM],
    ['/%4g', ORIGIN_FORM],
    ['/a\\b', ORIGIN_FORM],
    ['//a', 'the path has an empty segment'],
    ['/a//b', 'the path has an empty segment'],
    ['/%00', SEPARATOR],
    ['/%1f', SEPARATOR],
    ['/%7f', SEPARATOR],
    ['/%5c', SEPARATOR],
    ['/;a', 'the path has a dot segment'],
    ['/..;a', 'the path has a dot segment'],
    ['/%c0%ae', 'the path is not UTF-8'],
  ])('with the path %j is refused, and the log says why', (path, why) => {
    expect(() => checkPath(path)).toThrow(refused(why))
  })

  it.each(['/', '/a/', '/a;b', '/%20', '/%7e', '/%c3%a9', '/a%41', '/%254', '/%25zz', '/%252'])(
    'with the path %j is accepted unchanged',
    (path) => {
      expect(parseRequestTarget(path)).toEqual({ path, query: null })
    },
  )
})
