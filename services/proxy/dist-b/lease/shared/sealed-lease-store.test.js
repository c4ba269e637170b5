import { describe, expect } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memorySealedLeases } from '../../test/memory-sealed-leases.js'
import { sealedLeaseStoreContract } from './sealed-lease-store.contract.js'

describe('sealed leases in memory', () => {
  sealedLeaseStoreContract(() => {
    const clock = manualClock()
    return {
      store: memorySealedLeases(clock),
      comesTrue: async (probe) => {
        clock.advance(1)
        expect(await probe()).toBe(true)
      },
    }
  })
})
//# sourceMappingURL=sealed-lease-store.test.js.map
