/** One prepared request, and the port that it goes to, always on loopback. */
export interface Shot {
  readonly port: number
  /** Request line and fields as they are sent, one character a byte. The filler of the body follows. */
  readonly head: string
  /** Bytes of filler after the head. */
  readonly bodyBytes: number
}

/** Sends as many requests as the answers allow. */
export interface ClosedJob {
  readonly kind: 'closed'
  readonly shot: Shot
  readonly connections: number
  /** The job ends at the first of the two bounds. */
  readonly requestsMax: number
  readonly msMax: number
}

/** The same by wrk, which is fast enough that answers do not come in bursts. The body has no filler. */
export interface WrkJob {
  readonly kind: 'wrk'
  readonly wrk: string
  readonly shot: Shot
  readonly connections: number
  /** Rounded to whole seconds. */
  readonly msMax: number
}

/**
 * Sends requests at fixed times, whether answers come or not, so that a slow answer cannot hide the wait of the
 * requests after it.
 */
export interface OpenJob {
  readonly kind: 'open'
  readonly shot: Shot
  readonly connections: number
  readonly perSecond: number
  readonly requests: number
}

/** Streams of events that stay open. */
export interface EventsJob {
  readonly kind: 'events'
  readonly shot: Shot
  readonly streams: number
  /** How many streams are opened at once. */
  readonly opening: number
  /** All streams have to be open by then. */
  readonly openMsMax: number
  /** Counted from when all are open. */
  readonly heldMs: number
}

/** More clients than can be served, each of which asks again at once. */
export interface ImpatientJob {
  readonly kind: 'impatient'
  readonly shot: Shot
  readonly connections: number
  readonly msMax: number
}

export type LoadJob = ClosedJob | WrkJob | OpenJob | EventsJob | ImpatientJob

export interface LoadResult {
  /** The number of answers; of streams, how many are open at the end. */
  readonly answers: number
  /** Answers other than 200, by status; 0 stands for a connection that ended. wrk counts all from 400 on as 400. */
  readonly others: Readonly<Record<number, number>>
  readonly ms: number
  /**
   * In milliseconds. An open job counts from when the timer found each request due, events from when they were sent; of
   * impatient clients only served requests count.
   */
  readonly delaysMs: readonly number[]
  /** Of impatient clients alone: the delays of requests that were answered and not served. */
  readonly refusedMs?: readonly number[]
  /** The same for requests sent at once after a refusal: the proxy makes these wait as long as its refusal said. */
  readonly refusedAgainMs?: readonly number[]
}

export function bytesOf({ head, bodyBytes }: Shot): Buffer {
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(bodyBytes, 'a')])
}

/** @throws Error where an answer was not 200: the cost of such an answer says nothing about the cost of serving. */
export function checked(result: LoadResult): LoadResult {
  if (Object.keys(result.others).length > 0) throw new Error(`answers other than 200: ${JSON.stringify(result.others)}`)
  return result
}
