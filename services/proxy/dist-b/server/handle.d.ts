import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Pipeline } from '../pipeline.js'
import { type OwnRoutesDeps } from './own-routes.js'
import { type TrustedProxies } from './source-address.js'
export interface HandleDeps extends OwnRoutesDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
  readonly log: Logger
  readonly proxies: TrustedProxies
  readonly hostSuffix: string | null
}
export type Handle = (incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean) => void
/** Whatever comes in, up to the pipeline or an answer of our own. */
export declare function createHandle(deps: HandleDeps): Handle
