import type { Clock } from '@protectmyapi/service-kit/clock'
import { SEALED_LEASE_BYTES_MAX } from '../lease/shared/sealed-lease.js'
import type { SealedLeaseStore } from '../lease/shared/sealed-lease-store.js'

/** A store in memory that the test may write to. */
export interface MemorySealedLeases extends SealedLeaseStore {
  readonly entries: Map<string, { readonly sealed: Buffer; readonly until: number }>
  /** Keys that were asked for, a list for each question. */
  readonly asked: (readonly string[])[]
  readonly says: {
    /** Every call fails. */
    away: boolean
    /** Forgets nothing, like a Redis whose clock stands still. */
    keepsAll: boolean
    /** Runs while a question is on its way. */
    duringGet: () => void
    /** What a write waits for. */
    beforePut: Promise<void>
  }
}

export function memorySealedLeases(clock: Pick<Clock, 'monotonicMs'>): MemorySealedLeases {
  const entries: MemorySealedLeases['entries'] = new Map()
  const asked: (readonly string[])[] = []
  const says: MemorySealedLeases['says'] = {
    away: false,
    keepsAll: false,
    duringGet: () => {},
    beforePut: Promise.resolve(),
  }
  return {
    entries,
    asked,
    says,
    async get(keys) {
      asked.push(keys)
      if (says.away) throw new Error('away')
      says.duringGet()
      return keys.map((key) => {
        const entry = entries.get(key)
        const isThere = entry && (says.keepsAll || clock.monotonicMs() < entry.until)
        return isThere ? entry.sealed.subarray(0, SEALED_LEASE_BYTES_MAX + 1) : null
      })
    },
    async put(key, sealed, lifeMs) {
      await says.beforePut
      if (says.away) throw new Error('away')
      entries.set(key, { sealed, until: clock.monotonicMs() + lifeMs })
    },
  }
}
