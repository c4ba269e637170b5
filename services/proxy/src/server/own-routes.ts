import { Fault } from '@protectmyapi/service-kit/faults'
import type { DataPlane } from '../data-plane.js'
import type { RouteClass } from '../telemetry/request-watch.js'
import { answerAttest, isAttestPath } from './attest-routes.js'
import type { Exchange } from './exchange.js'
import { sendJson } from './send-json.js'

/** What the proxy answers itself. */
export interface OwnRoutesDeps {
  readonly dataPlane: Pick<DataPlane, 'attest' | 'impaired' | 'jwks' | 'ready'>
  readonly isDraining: () => boolean
}

const LIMITS = {
  /** How long others may cache the key set; a new key is published well before it signs. */
  jwksMaxAgeSeconds: 60,
} as const

export function ownRouteClass(path: string): RouteClass {
  if (path === '/healthz' || path === '/readyz') return 'probe'
  if (path === '/.well-known/jwks.json') return 'jwks'
  return isAttestPath(path) ? 'attest' : 'none'
}

/** @throws Fault NOT_FOUND, INVALID_METHOD, NOT_IMPLEMENTED, UNAVAILABLE, and what each route throws. */
export async function answerOwn(deps: OwnRoutesDeps, exchange: Exchange, path: string): Promise<void> {
  switch (path) {
    case '/healthz':
      return only(exchange, ['GET', 'HEAD'], () => sendJson(exchange, 200, { status: 'ok' }))
    case '/readyz':
      return only(exchange, ['GET', 'HEAD'], () => answerReadiness(deps, exchange))
    case '/.well-known/jwks.json':
      return only(exchange, ['GET', 'HEAD'], async () => {
        sendJson(exchange, 200, await deps.dataPlane.jwks(), [
          'cache-control',
          `public, max-age=${LIMITS.jwksMaxAgeSeconds}`,
        ])
      })
    default:
      if (isAttestPath(path)) return answerAttest(deps.dataPlane.attest, exchange, path)
      throw new Fault('NOT_FOUND', path)
  }
}

async function only(exchange: Exchange, methods: readonly string[], answer: () => void | Promise<void>): Promise<void> {
  if (!methods.includes(exchange.method)) throw new Fault('INVALID_METHOD', exchange.method, { allow: methods })
  await answer()
}

function answerReadiness({ dataPlane, isDraining }: OwnRoutesDeps, exchange: Exchange): void {
  if (isDraining()) throw new Fault('UNAVAILABLE', 'draining', { say: 'This process is shutting down.' })
  if (!dataPlane.ready())
    throw new Fault('UNAVAILABLE', 'not fresh', {
      say: 'This proxy has not reached management for too long, so it may not serve requests.',
    })
  sendJson(exchange, 200, { status: 'ready', impaired: dataPlane.impaired() })
}
