import type { Quota, Route } from '../routes/route.js'

/** What of a request says by whom it is counted. */
export interface CountedRequest {
  readonly route: Route
  /** Stands for the device where there is none. */
  readonly sourceAddress: string
}

/** Which quota is used up, and until when. */
export interface Exceeded extends Quota {
  /** Unix milliseconds, by management's clock. */
  readonly startsAtMs: number
  readonly endsAtMs: number
  /** Until the period is over. */
  readonly retryAfterMs: number
}

/** A unit of each quota of a request. */
export interface Reservation {
  /** The request was admitted. */
  keep(): void
  /** It was not, or it never left: others may have its units. */
  giveBack(): void
}

export type Reserved = Reservation | { readonly exceeded: Exceeded }

export interface Quotas {
  /**
   * Takes one unit of each quota of the request, or of none. From memory while a block lasts; nothing fails open.
   *
   * @throws Fault UNAVAILABLE where a block is needed and cannot be had.
   */
  reserve(request: CountedRequest): Reserved | Promise<Reserved>
}
