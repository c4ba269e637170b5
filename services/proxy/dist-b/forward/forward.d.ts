import type { Clock } from '@protectmyapi/service-kit/clock'
import type { UpstreamRequest } from '../inject/inject.js'
import type { Exchange } from '../server/exchange.js'
import { type Forwarded, Forwarding } from './forwarding.js'
import type { Pools } from './pools.js'
import { type RequestBody } from './request-body.js'
import type { ReturnPath } from './return-addresses.js'
export interface ForwardDeps {
  readonly pools: Pools
  readonly clock: Pick<Clock, 'monotonicMs'>
}
export interface ForwardRequest {
  readonly exchange: Exchange
  readonly organizationId: string
  readonly request: UpstreamRequest
  readonly body: RequestBody
  /** From the request's end to the first byte of the answer, and between two bytes of it. */
  readonly timeoutMs: number
  /** Of addresses in the answer. */
  readonly back: ReturnPath
}
/** A request under way: how it ends, and the means to end it. */
export interface UnderWay {
  readonly done: Promise<Forwarded>
  abort: Forwarding['abort']
}
/** Sends a request once, and its answer on. No retries, and no redirect is followed here: that is for the client. */
export declare function forward({ pools, clock }: ForwardDeps, asked: ForwardRequest): UnderWay
