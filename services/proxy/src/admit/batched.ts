import { createFairQueue } from '@protectmyapi/service-kit/fairness/fair-queue'

interface Waiting<Item, Result> {
  readonly item: Item
  settle(result: Result): void
  refuse(thrown: unknown): void
}

interface Options<Item> {
  /** How many items the next call may take. */
  readonly batchMax: () => number
  /** Calls under way at once. Items that arrive meanwhile wait, and make the next batches larger. */
  readonly callsMax: number
  /** The owner of an item: where more items wait than a call takes, owners take turns. */
  readonly ownerOf: (item: Item) => string
  /** Runs a function at the end of this event-loop turn. */
  readonly endOfTurn?: (run: () => void) => void
}

const endOfThisTurn = (run: () => void): void => void setImmediate(run)

/**
 * All items of one event-loop turn share a call. An error that the call throws is thrown to each of them.
 *
 * @param call answers in the order of the items, with as many results; otherwise all items fail.
 */
export function batched<Item, Result>(
  { batchMax, callsMax, ownerOf, endOfTurn = endOfThisTurn }: Options<Item>,
  call: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  const waiting = createFairQueue<Waiting<Item, Result>>()
  let running = 0
  let planned = false

  function plan(): void {
    if (planned || running >= callsMax) return
    planned = true
    endOfTurn(startCalls)
  }

  function startCalls(): void {
    planned = false
    while (waiting.size > 0 && running < callsMax) {
      running += 1
      void send(waiting.take(batchMax())).finally(() => {
        running -= 1
        if (waiting.size > 0) plan()
      })
    }
  }

  async function send(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await call(batch.map(({ item }) => item))
      if (results.length !== batch.length) throw new Error('an answer of another length than its question')
      batch.forEach(({ settle }, at) => {
        settle(results[at] as Result)
      })
    } catch (thrown) {
      for (const { refuse } of batch) refuse(thrown)
    }
  }

  return (item) =>
    new Promise((settle, refuse) => {
      waiting.add(ownerOf(item), { item, settle, refuse })
      plan()
    })
}
