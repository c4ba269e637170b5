import { Fault } from '@protectmyapi/service-kit/faults'
import { withinMs } from '@protectmyapi/service-kit/within-ms'

export interface GroupCommitOptions<Item, Result> {
  /** Runs the items in one transaction and answers in their order. What concerns one item is in its result, not thrown. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Was this a failure of the engine, which every item shares? */
  readonly isOutage: (thrown: unknown) => boolean
  readonly batchMax?: number
  readonly waitingMax?: number
  readonly flightMs?: number
}

const LIMITS = {
  /** With 32 versions each, still one statement of a bearable size. */
  batchMax: 64,
  /** Beyond it: UNAVAILABLE at once, rather than a queue that outlives its callers' deadlines. */
  waitingMax: 4_096,
  /** A transaction that hangs (a cut connection) must not hold up those behind it. */
  flightMs: 4_000,
} as const

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(thrown: unknown): void
}

/**
 * Lets what is asked for together share one transaction: in one turn of the event loop, or while another transaction is
 * under way. Everyone gets an answer: a batch that fails for a reason of one item's own is run again item by item.
 */
export function groupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { batchMax, waitingMax, flightMs } = { ...LIMITS, ...options }
  const waiting: Waiting<Item, Result>[] = []
  let busy = false

  return (item) => {
    if (waiting.length >= waitingMax) return Promise.reject(new Fault('UNAVAILABLE', 'too many leases are waiting'))
    return new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (busy) return
      busy = true
      // After the I/O of this turn, so that all its calls are in.
      setImmediate(() => void drain())
    })
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) await runBatch(waiting.splice(0, batchMax))
    busy = false
  }

  async function runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await withinMs(options.run(batch.map(({ item }) => item)), flightMs, () => {
        throw new Fault('UNAVAILABLE', 'a lease transaction took too long')
      })
      batch.forEach((one, index) => {
        const result = results[index]
        if (result === undefined) one.reject(new Error('a batch answered with too few results'))
        else one.resolve(result)
      })
    } catch (err) {
      if (batch.length === 1 || options.isOutage(err)) for (const one of batch) one.reject(err)
      else for (const one of batch) await runBatch([one])
    }
  }
}
