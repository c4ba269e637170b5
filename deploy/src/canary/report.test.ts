import { describe, expect, it } from '@jest/globals'
import type { Found } from './places/place.js'
import { faultsOf, type Gone, table } from './report.js'

const found = (of: Partial<Found>): Found => ({ place: 'a log', bytes: 1024 ** 2, hits: [], sees: true, ...of })
const faultsOfRun = (run: Partial<Gone>) => faultsOf({ found: [found({})], notArrived: [], missing: [], ...run })
const hit = { name: 'JWT', form: 'hex' }

describe('a canary run', () => {
  it('has no faults when nothing was found, every place was seen, and every value arrived', () => {
    expect(faultsOfRun({ found: [found({}), found({})] })).toEqual([])
  })

  it('has a fault for a hit, for a place that was not seen or is missing, and for a value that did not arrive', () => {
    expect(faultsOfRun({ found: [found({ hits: [hit] })] })).toEqual(['a log: JWT, hex'])
    expect(faultsOfRun({ found: [found({ sees: false })] })).toEqual(['a log: not even what has to be there was found'])
    expect(faultsOfRun({ notArrived: ['JWT'] })).toEqual(['the provider was never given: JWT'])
    expect(faultsOfRun({ missing: ['no core files'] })).toEqual(['no core files'])
  })

  it('is summed up by the size of what was searched and the number of hits', () => {
    expect(table([found({}), found({ hits: [hit] })])).toMatch(/\| all \| 2\.00 \| 1 \|$/)
  })
})
