import { describe, expect, it } from '@jest/globals'
import type { Found } from './places/place.js'
import { faultsOf, type Gone, table } from './report.js'

const found = (of: Partial<Found>): Found => ({ place: 'a log', bytes: 1024 ** 2, hits: [], sees: true, ...of })
const faultsOfRun = (run: Partial<Gone>) => faultsOf({ found: [found({})], notArrived: [], missing: [], ...run })
const hit = { name: 'JWT', form: 'hex' }

describe('a canary run', () => {
  it('is well where nothing was found, everything was seen, and every value arrived', () => {
    expect(faultsOfRun({ found: [found({}), found({})] })).toEqual([])
  })

  it('is red for a hit, for a place that shows nothing or is not there, and for a value that went nowhere', () => {
    expect(faultsOfRun({ found: [found({ hits: [hit] })] })).toEqual(['a log: JWT, hex'])
    expect(faultsOfRun({ found: [found({ sees: false })] })).toEqual(['a log: not even what has to be there was found'])
    expect(faultsOfRun({ notArrived: ['JWT'] })).toEqual(['the provider was never given: JWT'])
    expect(faultsOfRun({ missing: ['no core files'] })).toEqual(['no core files'])
  })

  it('sums up what was searched', () => {
    expect(table([found({}), found({ hits: [hit] })])).toMatch(/\| all \| 2\.00 \| 1 \|$/)
  })
})
