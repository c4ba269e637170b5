import { Fault } from '@protectmyapi/service-kit/faults'
import type { QuotaCalls } from './quota-calls.js'
import type { QuotaCounter } from './quota-counters.js'
import { QuotaStock } from './quota-stock.js'

const LIMITS = {
  /**
   * How many stocks are examined, oldest first, to find one to forget. Those that are passed over have something
   * pending.
   */
  looksMax: 64,
  /**
   * Uses within this time count as one for the order, because moving a stock to the end costs more than spending from
   * it.
   */
  usedAgainMs: 1_000,
} as const

interface Options {
  readonly stocksMax: number
  readonly idleMs: number
  readonly calls: Pick<QuotaCalls, 'ask' | 'giveBack'>
}

/** One stock for each subject and quota. The least recently used one is forgotten first. */
export interface QuotaStocks {
  /** @throws Fault UNAVAILABLE where there are too many that cannot be forgotten. */
  of(counter: QuotaCounter, nowMs: number): QuotaStock
  /** Gives back what nobody has asked for lately. */
  forgetIdle(nowMs: number): void
  forgetAll(nowMs: number): void
  readonly size: number
}

export function createQuotaStocks({ stocksMax, idleMs, calls }: Options): QuotaStocks {
  // In the order of their last use.
  const stocks = new Map<string, QuotaStock>()

  function touch(stock: QuotaStock, nowMs: number): void {
    stock.usedAt = nowMs
    stocks.delete(stock.counter.key)
    stocks.set(stock.counter.key, stock)
  }

  function forget(stock: QuotaStock, nowMs: number): void {
    stocks.delete(stock.counter.key)
    stock.retire(nowMs)
  }

  function makeRoom(nowMs: number): void {
    if (stocks.size < stocksMax) return
    let looks = 0
    for (const stock of stocks.values()) {
      if (!stock.busy) {
        forget(stock, nowMs)
        return
      }
      looks += 1
      if (looks === LIMITS.looksMax) break
    }
    throw new Fault('UNAVAILABLE', 'too many subjects of quotas at once')
  }

  return {
    of(counter, nowMs) {
      const known = stocks.get(counter.key)
      if (known) {
        if (nowMs - known.usedAt >= LIMITS.usedAgainMs) touch(known, nowMs)
        return known
      }
      makeRoom(nowMs)
      const made = new QuotaStock({ counter, ...calls }, nowMs)
      stocks.set(counter.key, made)
      return made
    },
    forgetIdle(nowMs) {
      for (const stock of stocks.values()) {
        if (nowMs - stock.usedAt < idleMs) return
        if (!stock.busy) forget(stock, nowMs)
      }
    },
    forgetAll(nowMs) {
      for (const stock of stocks.values()) forget(stock, nowMs)
    },
    get size() {
      return stocks.size
    },
  }
}
