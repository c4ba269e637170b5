import { executionAsyncResource } from 'node:async_hooks'
import { nextTick } from 'node:process'

/** Node's record of one call of `nextTick`. Alive for as long as the process. */
const kept: object[] = []

/**
 * Keeps `process.nextTick` as fast as it is at first, here and in all libraries. For each call Node makes a record, by a
 * literal with computed names. V8 optimizes such a literal for the one shape that it has seen, and holds that shape
 * weakly: if a full collection finds no record alive, the shape is gone, that of the next record counts as a second one,
 * and each call takes ten times as long from then on (docs/performance.md). So with Node 20 to 26. While one record
 * lives, so does the shape. Call it at the start: it does not bring back a shape that is gone.
 */
export function keepTicksFast(): void {
  nextTick(() => {
    kept[0] = executionAsyncResource()
  })
}
