import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { batched } from '../admit/batched.js'
import type { DrawQuota, QuotaReturn } from './draw-quota.js'
import type { QuotaStock } from './quota-stock.js'

const LIMITS = {
  /** Draws and returns of one call, the most that Directory.DrawQuota takes. */
  batchMax: 256,
  /** Calls under way. Items that arrive meanwhile make the next calls larger. */
  callsMax: 4,
} as const

interface Deps {
  readonly drawQuota: DrawQuota
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
}

type Item = { readonly stock: QuotaStock } | { readonly returned: QuotaReturn }

/** Calls to management: all questions and returns of one event-loop turn go in one call. */
export interface QuotaCalls {
  ask(stock: QuotaStock): void
  giveBack(returned: QuotaReturn): void
  /** Resolves when nothing is under way, and nothing follows from what has landed. */
  settled(): Promise<void>
}

export function createQuotaCalls({ drawQuota, clock, log }: Deps): QuotaCalls {
  const underWay = new Set<Promise<void>>()
  const sharing = { ...LIMITS, batchMax: () => LIMITS.batchMax, ownerOf }
  const send = batched<Item, undefined>(sharing, async (items) => {
    const asking = items.flatMap((item) => ('stock' in item ? [item.stock] : []))
    const returns = items.flatMap((item) => ('returned' in item ? [item.returned] : []))
    try {
      const draws = asking.map((stock) => stock.question(clock.monotonicMs()))
      const blocks = await drawQuota(draws, returns)
      const nowMs = clock.monotonicMs()
      asking.forEach((stock, at) => {
        const block = blocks[at]
        if (block) stock.landed(block, nowMs)
        else stock.failed(new Error('no block for a draw'), nowMs)
      })
    } catch (err) {
      // Returns are not repeated: they may have arrived, and a unit that is given back twice would be spent twice.
      log.debug({ err, draws: asking.length, returns: returns.length }, 'quotas were not drawn or given back')
      for (const stock of asking) stock.failed(err, clock.monotonicMs())
    }
    return items.map(() => undefined)
  })

  function post(item: Item): void {
    const sent: Promise<void> = send(item).then(() => void underWay.delete(sent))
    underWay.add(sent)
  }

  return {
    ask: (stock) => post({ stock }),
    giveBack: (returned) => post({ returned }),
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

function ownerOf(item: Item): string {
  return ('stock' in item ? item.stock : item.returned).counter.organizationId
}
