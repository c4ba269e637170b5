import type { Quota, Route } from '../routes/route.js'

/** The parts of a request that decide by which counters it is counted. */
export interface CountedRequest {
  readonly route: Route
  /** Stands in for the device where there is none. */
  readonly sourceAddress: string
}

/** Which quota is used up, and until when. */
export interface Exceeded extends Quota {
  /** Unix milliseconds, by the clock of management's database. */
  readonly startsAtMs: number
  readonly endsAtMs: number
  /** Until the period is over. */
  readonly retryAfterMs: number
}

/** One unit of each quota of a request. */
export interface Reservation {
  /** The request was admitted. */
  keep(): void
  /** The request was not admitted, or never left: its units are free for others. */
  giveBack(): void
}

export type Reserved = Reservation | { readonly exceeded: Exceeded }

export interface Quotas {
  /**
   * Takes one unit of each quota of the request, or of none. Answers from memory while a block lasts; nothing fails
   * open.
   *
   * @throws Fault UNAVAILABLE where a block is needed and cannot be had.
   */
  reserve(request: CountedRequest): Reserved | Promise<Reserved>
}
