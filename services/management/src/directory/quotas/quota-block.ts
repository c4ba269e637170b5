export const QUOTA_BLOCK_LIMITS = {
  /**
   * Units of one block, besides what is needed at once. It bounds what a killed proxy can lose of a subject's quota.
   */
  unitsMax: 1_000,
  /**
   * What is given ahead of need is at most this part of what is left: a sixteenth, so that blocks shrink to nothing
   * near the bound.
   */
  shareOfRest: 16,
} as const

/**
 * How much of a quota goes to a proxy. What is needed now is given as long as any is left: it is spent at once, so the
 * last unit can be used. What is asked for ahead is only a share of the rest, because some proxies hold it while others
 * are refused.
 */
export function quotaBlock(rest: number, { needed, wanted }: { needed: number; wanted: number }): number {
  const ahead = Math.min(wanted, QUOTA_BLOCK_LIMITS.unitsMax, Math.floor(rest / QUOTA_BLOCK_LIMITS.shareOfRest))
  return Math.max(0, Math.min(rest, Math.max(needed, ahead)))
}
