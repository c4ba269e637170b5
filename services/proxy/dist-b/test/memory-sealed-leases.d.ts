import type { Clock } from '@protectmyapi/service-kit/clock'
import type { SealedLeaseStore } from '../lease/shared/sealed-lease-store.js'
/** A store in memory, that anyone may write to. */
export interface MemorySealedLeases extends SealedLeaseStore {
  readonly entries: Map<
    string,
    {
      readonly sealed: Buffer
      readonly until: number
    }
  >
  /** Keys that were asked for, a list for each question. */
  readonly asked: (readonly string[])[]
  readonly says: {
    /** Refuses everything. */
    away: boolean
    /** Forgets nothing, as a Redis does whose clock stands still. */
    keepsAll: boolean
    /** Runs while a question is on its way. */
    duringGet: () => void
    /** What a write waits for. */
    beforePut: Promise<void>
  }
}
export declare function memorySealedLeases(clock: Pick<Clock, 'monotonicMs'>): MemorySealedLeases
