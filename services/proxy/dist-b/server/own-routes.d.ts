import type { DataPlane } from '../data-plane.js'
import type { Exchange } from './exchange.js'
/** What the proxy answers by itself. */
export interface OwnRoutesDeps {
  readonly dataPlane: Pick<DataPlane, 'exchangeDebugToken' | 'jwks' | 'ready'>
  readonly isDraining: () => boolean
}
/** @throws Fault NOT_FOUND, INVALID_METHOD, NOT_IMPLEMENTED, UNAVAILABLE, and what each route throws. */
export declare function answerOwn(deps: OwnRoutesDeps, exchange: Exchange, path: string): Promise<void>
