import type { Exceeded } from '../quota/quotas.js'
import type { Ticket } from '../record/recorder.js'
import type { LimitScope, Route } from '../routes/route.js'

export interface AccessRequest {
  readonly requestId: string
  readonly route: Route
  readonly method: string
  /** Below the service, without the query. Cut for the record. */
  readonly path: string
  /** The client's, as far as it is believed. Stands for the device where there is none. */
  readonly sourceAddress: string
  readonly appVersion: string | null
  /** The routes by which it was admitted when it began before, if it did: what it drew then from limits is not drawn again. */
  readonly admittedBy?: readonly Route[]
}

export type Decision =
  | { readonly admitted: true; readonly ticket: Ticket }
  | { readonly admitted: false; readonly limited: Limited }
  | { readonly admitted: false; readonly exceeded: Exceeded }

/** Which limit said no, and how long until the next request would be let through. */
export interface Limited {
  readonly scope: LimitScope
  readonly count: number
  readonly periodMs: number
  readonly retryAfterMs: number
}

export interface Admission {
  /**
   * Draws the limits and the quotas and puts the admitted entry on record, durably, before it answers: no record, no
   * injection. Whoever is refused, or voids its ticket, has spent nothing of a quota. Of a limit it has, once: asking costs
   * whoever answers. Nothing fails open.
   *
   * @throws Fault UNAVAILABLE where that cannot be done; whatever may have been written is voided.
   */
  admit(request: AccessRequest): Promise<Decision>
}
