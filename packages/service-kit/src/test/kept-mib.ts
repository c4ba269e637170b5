import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const MIB = 1024 * 1024

/** MiB of the heap that remain in use by what `make` returns, and by what is remembered meanwhile. */
export function keptMib(make: () => unknown): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = [make()]
  collect()
  const after = process.memoryUsage().heapUsed
  // Read after the measurement, so that it is still held.
  if (kept.length === 0) throw new Error('nothing was made')
  return (after - before) / MIB
}
