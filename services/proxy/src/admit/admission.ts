import type { Exceeded } from '../quota/quotas.js'
import type { Ticket } from '../record/recorder.js'
import type { LimitScope, Route } from '../routes/route.js'

export interface AccessRequest {
  readonly requestId: string
  readonly route: Route
  readonly method: string
  /** The path below the service, without the query. Cut for the record. */
  readonly path: string
  /** The client's address, as far as it is believed. Stands in for the device where there is none. */
  readonly sourceAddress: string
  readonly appVersion: string | null
  /**
   * The routes by which this request was admitted in earlier attempts: what it drew from limits then is not drawn
   * again.
   */
  readonly admittedBy?: readonly Route[]
}

export type Decision =
  | { readonly admitted: true; readonly ticket: Ticket }
  | { readonly admitted: false; readonly limited: Limited }
  | { readonly admitted: false; readonly exceeded: Exceeded }

/** Which limit refused the request, and how long until the next one would be let through. */
export interface Limited {
  readonly scope: LimitScope
  readonly count: number
  readonly periodMs: number
  readonly retryAfterMs: number
}

export interface Admission {
  /**
   * Draws the limits and the quotas, and durably records the admitted entry before it answers: no record, no injection.
   * A request that is refused, or whose ticket is voided, has spent nothing of a quota. What it drew from a limit stays
   * drawn, once, because each question costs the authority that answers it. Nothing fails open.
   *
   * @throws Fault UNAVAILABLE where that cannot be done; an entry that may have been written is then voided.
   */
  admit(request: AccessRequest): Promise<Decision>
}
