import { expect, it } from '@jest/globals'
import { findLeftovers } from './find-leftovers.js'
import { evidence } from './hand-written.js'

const sizes = (residentMb: number, descriptors: number) => {
  const before = { residentMb: 100, descriptors: 40 }
  return evidence({ processes: [{ name: 'proxy-1', before, after: { residentMb, descriptors } }] })
}

it('finds a version that has stayed pending', () => {
  expect(findLeftovers(evidence({ pending: 1 }))).toMatchObject([{ kind: 'pending' }])
  expect(findLeftovers(evidence())).toEqual([])
})

it('finds a process that has grown, in memory or in descriptors', () => {
  expect(findLeftovers(sizes(120, 60))).toEqual([])
  expect(findLeftovers(sizes(900, 40))).toMatchObject([{ kind: 'grown' }])
  expect(findLeftovers(sizes(100, 400))).toMatchObject([{ kind: 'grown' }])
})
