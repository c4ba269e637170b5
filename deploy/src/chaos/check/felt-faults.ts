import type { InjectedFault, SentRequest } from '../history/history.js'

const LIMITS = {
  /** Everything is served again this soon after a failed part has returned (README, promise 21). */
  backInMs: 5_000,
} as const

/** When the failed part was there again: mended, and ready where a process had to be started. */
export function returnedMs({ mendedMs, backMs, endMs }: InjectedFault): number {
  return Math.max(mendedMs, backMs ?? endMs)
}

/**
 * Whether a client of this proxy may feel the fault. A fault of one proxy, or of its links, does not affect the other
 * proxy.
 */
function concerns({ target }: InjectedFault, proxy: string): boolean {
  return !target.startsWith('proxy-') || target === proxy || target.startsWith(`${proxy}→`)
}

/**
 * Whether a refusal may be due to the fault: it came while the fault lasted, or within the time promised for the
 * return.
 */
export function isFelt(fault: InjectedFault, { proxy, startMs, endMs }: SentRequest): boolean {
  return concerns(fault, proxy) && fault.startMs <= endMs && startMs <= returnedMs(fault) + LIMITS.backInMs
}
