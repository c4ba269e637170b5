import { describe, expect, it } from '@jest/globals'
import { canonicalQueryName } from './query-name.js'

describe('the canonical name of a query parameter, as some server may read it,', () => {
  it.each([
    'api_key',
    'API_Key',
    'api%5fkey',
    'api%255Fkey',
    'api%25255fkey',
    'api key',
    'api\tkey',
    'api.key',
    'api-key',
    ' api_key',
    '\0 \n\0api_key',
    '?api_key',
    '%3F? api_key',
    'api_key[]',
    'api_key[0][a]',
    'api_key[a\nb]',
    'api_key\0x',
    'api_key\0\nx',
    'api%20key%5B%5D',
    'api_%e2%84%aaey',
    'API_%25E2%2584%25AAEY',
  ])('is api_key for %j', (name) => {
    expect(canonicalQueryName(name)).toBe('api_key')
  })

  it.each([
    ['acce%c5%bf%C5%BF_to%E2%84%AAen', 'access_token'],
    ['%e2%84%aaee%e2%84%aa', 'keek'],
    ['%e2%84key', '\u00e2\u0084key'],
    ['%c5ecret', '\u00e5ecret'],
    ['api%2525255fkey', 'api%5fkey'],
    ['api__key', 'api__key'],
    ['a.b-c d', 'a_b_c_d'],
    ['apikey', 'apikey'],
    ['x api_key', 'x_api_key'],
    ['api_key ', 'api_key_'],
    ['[api_key', ''],
    ['', ''],
  ])('for %j is %j, and not api_key', (name, canonical) => {
    expect(canonicalQueryName(name)).toBe(canonical)
  })
})
