import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Dispatcher } from 'undici'
import type { Scrubber } from '../scrub/scrubber.js'
import type { Exchange } from '../server/exchange.js'
import { type ReturnPath } from './return-addresses.js'
/** How a request that was handed to the client library ended. */
export interface Forwarded {
  /** Bytes of it, the secret with them, may have reached the provider. */
  readonly sent: boolean
  /** `complete`: the whole answer went on. `refused`: nothing of it, and the client waits for our words. `cut`, `left`: a part. */
  readonly end: 'complete' | 'refused' | 'cut' | 'left'
  readonly fault: Fault | null
  /** Of the answer's head, 0 where none went on. */
  readonly status: number
  readonly requestBytes: number
  readonly responseBytes: number
  readonly upstreamMs: number
}
export interface ForwardingOptions {
  readonly exchange: Exchange
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly scrubber: Scrubber
  /** A secret is in the request: then 401 and 403 are about our key, and their bodies may quote it. */
  readonly injects: boolean
  readonly scrub: boolean
  readonly back: ReturnPath
  readonly sentBytes: () => number
}
/**
 * Takes an answer in and passes it on, event by event, with backpressure; ends exactly once. By undici's older callbacks:
 * around the newer ones it makes an object of every answer's header, which nobody here reads.
 */
export declare class Forwarding implements Dispatcher.DispatchHandler {
  #private
  readonly done: Promise<Forwarded>
  constructor(options: ForwardingOptions)
  /** Ends it from outside: with words where none of the answer has gone, else with a cut. */
  abort(why: Fault): void
  onConnect(abort: (reason?: Error) => void): void
  onHeaders(status: number, raw: readonly unknown[], resume: () => void, reason: string): boolean
  /** False stops the provider until the client has read. */
  onData(chunk: Buffer): boolean
  onComplete(rawTrailers: readonly unknown[] | null): void
  onError(error: Error): void
}
