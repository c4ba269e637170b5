import { expect, it } from '@jest/globals'
import { quotaWords } from './quota-words.js'

it('says how many requests a quota allows, and in which period', () => {
  expect(quotaWords({ scope: 'organization', period: 'month', count: 10_000 })).toBe('10,000 requests per UTC month')
  expect(quotaWords({ scope: 'organization', period: 'day', count: 1 })).toBe('1 request per UTC day')
})
