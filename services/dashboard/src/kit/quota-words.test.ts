import { expect, it } from '@jest/globals'
import { quotaWords } from './quota-words.js'

it('says how many requests a quota allows, in which period, and whose', () => {
  expect(quotaWords({ scope: 'organization', period: 'month', count: 10_000 })).toBe('10,000 requests per UTC month')
  expect(quotaWords({ scope: 'app', period: 'day', count: 1 })).toBe('1 request per UTC day (the app)')
  expect(quotaWords({ scope: 'device', period: 'day', count: 2 })).toBe('2 requests per UTC day (each device)')
})
