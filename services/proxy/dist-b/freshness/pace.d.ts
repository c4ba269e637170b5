import type { Clock } from '@protectmyapi/service-kit/clock'
/** Answers true at most once a second for each key. */
export declare function createPace(clock: Pick<Clock, 'monotonicMs'>): (key: string) => boolean
