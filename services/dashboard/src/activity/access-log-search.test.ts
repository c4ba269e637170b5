import { expect, test } from '@jest/globals'
import { accessLogSearch } from './access-log-search.js'

test('the address of the access log holds a range and the tab, and nothing else', () => {
  const since = '2026-01-02T03:04:05.000Z'
  expect(accessLogSearch({ since, until: 'x', tab: 'internal-services' })).toEqual({ since, tab: 'internal-services' })
  expect(accessLogSearch({ tab: 'others', ...{ limit: 5 } })).toEqual({})
})
