import { expect, test } from '@jest/globals'
import { analyticsSearch } from './analytics-search.js'

test('the address holds range, grouping and filters, and nothing else', () => {
  const search = { span: '90d', by: 'secret', service: 'openai-prod', app: 'app_01ABC' } as const
  expect(analyticsSearch({ ...search, ...{ key: 'sk-1' } })).toEqual(search)
})

test.each([
  { span: '7d', by: 'service' },
  { span: '8d', by: 'toString' },
  { span: 7, by: ['app'] },
  { service: '', app: 'a'.repeat(65) },
  { service: 'a b', app: '../x' },
  { service: 5, app: null },
])('what is usual or damaged is absent: %j', (search) => {
  expect(analyticsSearch(search)).toEqual({})
})
