import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import { type Label } from './label.js'
/** Requests under way, by what they rest on. */
export interface TrackedAnswers {
  add(labels: readonly Label[], abort: (why: Fault) => void): () => void
  /** Ends, before it returns, every answer that rests on an older generation. */
  abortBelow(row: Label): void
  abortAll(detail: string): void
  readonly size: number
}
export declare function cutsAnswers({ kind }: Pick<Label, 'kind'>): boolean
/** What a client reads whose answer had not begun. */
export declare function fallen(detail: string): Fault
export declare function createTrackedAnswers(log: Logger): TrackedAnswers
