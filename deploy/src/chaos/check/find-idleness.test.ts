import { expect, it } from '@jest/globals'
import { findIdleness } from './find-idleness.js'
import { history, injection, operation, refusal } from './hand-written.js'

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
const injections = many(500, () => injection())
const operations = many(20, () => operation({ ends: ['session:1'] }))
const requests = many(100, () => refusal(401, 'INVALID_TOKEN', { rests: ['session:1'] }))

it('finds a run in which nothing went through, nothing was tried, or nothing was changed', () => {
  expect(findIdleness(history({ injections, operations, requests }))).toEqual([])
  expect(findIdleness(history({ operations, requests }))).toMatchObject([{ kind: 'nothing shown' }])
  expect(findIdleness(history({ injections, operations }))).toMatchObject([{ kind: 'nothing shown' }])
  expect(findIdleness(history({ injections, requests }))).toHaveLength(2)
})
