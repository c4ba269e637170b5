import type { QuotaStock } from './quota-stock.js'
import type { Reservation } from './quotas.js'

/** A unit that was taken from one quota. */
export interface Unit {
  readonly stock: QuotaStock
  /** The period that the unit belongs to. */
  readonly startsAtMs: number
}

/** A request without a quota. */
export const NOTHING: Reservation = { keep: () => {}, giveBack: () => {} }

/** Units go back once, however often it is said. */
export function reservation(units: readonly Unit[], now: () => number): Reservation {
  let state: 'undecided' | 'kept' | 'given back' = 'undecided'
  return {
    keep() {
      if (state !== 'undecided') return
      state = 'kept'
      for (const { stock } of units) stock.keep(now())
    },
    giveBack() {
      if (state === 'given back') return
      const decided = state === 'kept'
      state = 'given back'
      for (const { stock, startsAtMs } of units) stock.putBack(startsAtMs, decided, now())
    },
  }
}
