import { expect, it } from '@jest/globals'
import { findIdleness } from './find-idleness.js'
import { fault, history, injection, operation, refusal } from './hand-written.js'

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
const injections = many(500, () => injection())
const operations = many(20, () => operation({ ends: ['session:1'] }))
const requests = many(100, () => refusal(401, 'INVALID_TOKEN', { rests: ['session:1'] }))
const faults = many(2, () => fault('killed', 'proxy-1', 0, 1))

it('a run is found idle when nothing was injected, nothing that was taken away was tried, or nothing changed', () => {
  expect(findIdleness(history({ injections, operations, requests, faults }), 2)).toEqual([])
  expect(findIdleness(history({ operations, requests, faults }), 2)).toMatchObject([{ kind: 'nothing shown' }])
  expect(findIdleness(history({ injections, operations, faults }), 2)).toMatchObject([{ kind: 'nothing shown' }])
  expect(findIdleness(history({ injections, requests, faults }), 2)).toHaveLength(2)
})

it('a run is found idle when it ended before all failures of its seed were played', () => {
  expect(findIdleness(history({ injections, operations, requests, faults }), 3)).toEqual([
    { kind: 'nothing shown', says: '2 failures were played, and 3 have to be' },
  ])
})
