import type { Fault } from './fault.js'

/** The wall clock of a proxy jumps, and later jumps back. */
export const skewedClock = (target: string, skewMs: number): Fault => ({
  kind: 'skewed',
  target,
  holdMs: { from: 1_500, to: 4_000 },
  async begin({ skew }) {
    await skew(target, skewMs)
    return () => skew(target, 0)
  },
})
