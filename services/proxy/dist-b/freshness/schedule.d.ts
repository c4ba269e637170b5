/** Runs something later, once; the returned function forgets it. A dependency like the clock, so that tests need not wait. */
export type Schedule = (run: () => void, delayMs: number) => () => void
/** Keeps no process alive. */
export declare const systemSchedule: Schedule
/** Half of the delay, and a random part of the other half: proxies that failed together do not come back together. */
export declare function jittered(delayMs: number, random?: () => number): number
/** Repeats something until the returned function is called. */
export declare function every(schedule: Schedule, periodMs: number, run: () => void): () => void
