/** One prepared request, and where it goes: loopback, always. */
export interface Shot {
  readonly port: number
  /** As it goes over the wire, one character a byte; the body's filler follows. */
  readonly head: string
  /** Bytes of filler behind the head. */
  readonly bodyBytes: number
}

/** As many requests as the answers allow. */
export interface ClosedJob {
  readonly kind: 'closed'
  readonly shot: Shot
  readonly connections: number
  /** Whichever comes first ends it. */
  readonly requestsMax: number
  readonly msMax: number
}

/** The same by wrk, which is as fast as a load can be: answers do not come in bursts. Without filler in the body. */
export interface WrkJob {
  readonly kind: 'wrk'
  readonly wrk: string
  readonly shot: Shot
  readonly connections: number
  /** Whole seconds are run. */
  readonly msMax: number
}

/** Requests at fixed times, whether answers come or not: delays of one are not hidden by the next one's wait. */
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
  /** Of them, so many are opened at once. */
  readonly opening: number
  /** All have to be open by then. */
  readonly openMsMax: number
  /** From when all are open. */
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
  /** Of streams, those that are open at the end. */
  readonly answers: number
  /** By status, where it is not 200; 0 stands for a connection that ended. wrk counts all from 400 on as 400. */
  readonly others: Readonly<Record<number, number>>
  readonly ms: number
  /** In milliseconds: of an open job from when the timer found each request due, of events from their sending, of impatient clients those that were served. */
  readonly delaysMs: readonly number[]
  /** Of impatient clients alone: the delays of those that were answered and not served. */
  readonly refusedMs?: readonly number[]
  /** The same of those that had just been refused, and asked again at once: they wait for what they were told. */
  readonly refusedAgainMs?: readonly number[]
}

export function bytesOf({ head, bodyBytes }: Shot): Buffer {
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(bodyBytes, 'a')])
}

/** @throws Error where something else than 200 was answered: its cost says nothing of ours. */
export function checked(result: LoadResult): LoadResult {
  if (Object.keys(result.others).length > 0) throw new Error(`answers other than 200: ${JSON.stringify(result.others)}`)
  return result
}
