import type { InjectedFault, SentRequest } from '../history/history.js'

const LIMITS = {
  /** Everything is served again so soon after the return of what was away (README, promise 21). */
  backInMs: 5_000,
} as const

/** When the part that was broken was there again: mended, and, where a process had to be started, ready. */
export function returnedMs({ mendedMs, backMs, endMs }: InjectedFault): number {
  return Math.max(mendedMs, backMs ?? endMs)
}

/** Whether a client of this proxy may feel it. What is done to one proxy, or to its links, the other one does not. */
function concerns({ target }: InjectedFault, proxy: string): boolean {
  return !target.startsWith('proxy-') || target === proxy || target.startsWith(`${proxy}→`)
}

/** Whether a refusal may come of it: while it lasts, and within what is promised for the return. */
export function isFelt(fault: InjectedFault, { proxy, startMs, endMs }: SentRequest): boolean {
  return concerns(fault, proxy) && fault.startMs <= endMs && startMs <= returnedMs(fault) + LIMITS.backInMs
}
