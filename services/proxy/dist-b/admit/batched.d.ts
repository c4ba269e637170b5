interface Options {
  /** Items of one call. */
  readonly batchMax: number
  /** Calls under way. Those who come meanwhile wait, and make the next batches larger. */
  readonly callsMax: number
  /** Runs at the end of this event-loop turn. */
  readonly endOfTurn?: (run: () => void) => void
}
/**
 * All who come in one turn of the event loop share a call. What the call throws is thrown to each of them.
 *
 * @param call answers in the order of the items, with as many results; anything else is thrown to all.
 */
export declare function batched<Item, Result>(
  { batchMax, callsMax, endOfTurn }: Options,
  call: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result>
