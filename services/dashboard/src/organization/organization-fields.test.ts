import { expect, test } from '@jest/globals'
import { NAMES, QUOTAS } from './organization-fields.js'

const BEFORE = { name: 'Acme', slug: 'acme' }

test.each([
  [BEFORE, {}],
  [{ ...BEFORE, slug: 'acme-2' }, { slug: 'acme-2' }],
  [{ ...BEFORE, name: 'Acme 2' }, { name: 'Acme 2' }],
])('of the names %j only what differs from what the form began with is sent', (entered, change) => {
  expect(NAMES.changeOf(BEFORE, entered)).toEqual(change)
})

test('quotas are sent whole, and only if one of them has changed', () => {
  const before = { quotas: [{ scope: 'organization', period: 'day', count: 5 } as const] }
  expect(QUOTAS.changeOf(before, structuredClone(before))).toEqual({})
  expect(QUOTAS.changeOf(before, { quotas: [{ scope: 'organization', period: 'day', count: 6 }] })).toEqual({
    quotas: [{ scope: 'organization', period: 'day', count: 6 }],
  })
  expect(QUOTAS.changeOf(before, { quotas: [] })).toEqual({ quotas: [] })
})
