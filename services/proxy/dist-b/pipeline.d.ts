import type { Logger } from '@protectmyapi/service-kit/log'
import type { Admission } from './admit/admission.js'
import { type ForwardDeps } from './forward/forward.js'
import { type RequestBody } from './forward/request-body.js'
import type { Freshness } from './freshness/freshness.js'
import { type Identified } from './identify/identify.js'
import { type LeaseSource } from './lease/lease-source.js'
import type { Lane } from './routes/lanes.js'
import type { RouteSource } from './routes/route.js'
import type { Exchange } from './server/exchange.js'
import type { ServiceDestination } from './server/routing.js'
export interface PipelineDeps {
  readonly freshness: Freshness
  readonly routes: RouteSource
  readonly leases: LeaseSource
  readonly admission: Admission
  readonly forwarding: ForwardDeps
  /** Requests under way, in all and of each organisation. */
  readonly underWay: Lane
  readonly log: Logger
}
/** One request to a service. */
export interface Call {
  readonly exchange: Exchange
  readonly destination: ServiceDestination
  readonly identified: Identified
  readonly body: RequestBody
}
/** Never rejects: whatever happens is an answer, or the client is gone. */
export type Pipeline = (exchange: Exchange, destination: ServiceDestination) => Promise<void>
/** The walk of a request: identify, aim, admit, lease, inject, forward, scrub, finish. */
export declare function createPipeline(deps: PipelineDeps): Pipeline
