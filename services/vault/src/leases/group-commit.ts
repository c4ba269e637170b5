import { Fault } from '@protectmyapi/service-kit/faults'
import { withinMs } from '@protectmyapi/service-kit/within-ms'

export interface GroupCommitOptions<Item, Result> {
  /**
   * Runs the items in one transaction and returns results in their order. A failure that concerns one item is its
   * result, and is not thrown.
   */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Whether this was a failure of the database, which every item shares. */
  readonly isOutage: (thrown: unknown) => boolean
  readonly batchMax?: number
  readonly waitingMax?: number
  readonly flightMs?: number
}

const LIMITS = {
  /** With 32 versions each, still one statement of a reasonable size. */
  batchMax: 64,
  /** Beyond this, UNAVAILABLE at once: a longer queue would outlive its callers' deadlines. */
  waitingMax: 4_096,
  /** A transaction that hangs, for example on a cut connection, must not block those behind it. */
  flightMs: 4_000,
} as const

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(thrown: unknown): void
}

/**
 * Lets items share one transaction if they arrive in the same turn of the event loop, or while another transaction is
 * under way. Every item gets an answer: if a batch fails for another reason than an outage, its items are run again one
 * by one.
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
      // After the I/O of this turn, so that all its calls are included.
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
