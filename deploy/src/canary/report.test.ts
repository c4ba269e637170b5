import { describe, expect, it } from '@jest/globals'
import type { Found } from './places/place.js'
import { faultsOf, table } from './report.js'

const found = (of: Partial<Found>): Found => ({ place: 'a log', bytes: 1024 ** 2, hits: [], sees: true, ...of })
const hit = { name: 'JWT', form: 'hex' }

describe('a canary run', () => {
  it('is well where nothing was found, everything was seen, and every value arrived', () => {
    expect(faultsOf([found({}), found({})], [])).toEqual([])
  })

  it('is red for a hit, for a place that shows nothing, and for a value that went nowhere', () => {
    expect(faultsOf([found({ hits: [hit] })], [])).toEqual(['a log: JWT, hex'])
    expect(faultsOf([found({ sees: false })], [])).toEqual(['a log: not even what has to be there was found'])
    expect(faultsOf([found({})], ['JWT'])).toEqual(['the provider was never given: JWT'])
  })

  it('sums up what was searched', () => {
    expect(table([found({}), found({ hits: [hit] })])).toMatch(/\| all \| 2\.00 \| 1 \|$/)
  })
})
