import type { IncomingMessage } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import { parseJsonBody, refuseUnlessJson } from '@protectmyapi/service-kit/http/json-body'
import { validateBody } from '@protectmyapi/service-kit/http/validate'
import { z } from 'zod'
import type { DataPlane } from '../data-plane.js'
import { takeBody } from '../forward/request-body.js'
import type { RouteClass } from '../telemetry/request-watch.js'
import type { Exchange } from './exchange.js'

/** What the proxy answers itself. */
export interface OwnRoutesDeps {
  readonly dataPlane: Pick<DataPlane, 'exchangeDebugToken' | 'impaired' | 'jwks' | 'ready'>
  readonly isDraining: () => boolean
}

const LIMITS = {
  /** One token in JSON. */
  attestBytesMax: 4 * 1024,
  /** How long others may cache the key set; a new key is published well before it signs. */
  jwksMaxAgeSeconds: 60,
} as const

const DebugExchange = z.strictObject({ token: z.string().min(1).max(256) })

export function ownRouteClass(path: string): RouteClass {
  if (path === '/healthz' || path === '/readyz') return 'probe'
  if (path === '/.well-known/jwks.json') return 'jwks'
  return path.startsWith('/v1/attest/') ? 'attest' : 'none'
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
    case '/v1/attest/debug':
      return only(exchange, ['POST'], () => exchangeDebugToken(deps, exchange))
    default:
      if (path.startsWith('/v1/attest/')) throw new Fault('NOT_IMPLEMENTED', path)
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

async function exchangeDebugToken({ dataPlane }: OwnRoutesDeps, exchange: Exchange): Promise<void> {
  const { token } = await readJson(exchange.incoming, DebugExchange)
  const session = await dataPlane.exchangeDebugToken(token, exchange.sourceAddress)
  const expiresAt = new Date(session.expiresAtMs).toISOString()
  sendJson(exchange, 200, { token: session.token, expiresAt, device: session.deviceId }, ['cache-control', 'no-store'])
}

/** @throws Fault UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, INVALID_REQUEST. */
async function readJson<Schema extends z.ZodType>(
  incoming: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema>> {
  refuseUnlessJson(incoming.headers)
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > LIMITS.attestBytesMax) throw new Fault('TOO_LARGE', `a body of ${declared} bytes`)
  const body = await takeBody(incoming, false)
  if (body.kind === 'streamed') {
    throw new Fault('INVALID_REQUEST', 'a body without a length', { say: 'Send the body with Content-Length.' })
  }
  return validateBody(schema, body.kind === 'whole' ? parseJsonBody(body.bytes) : undefined)
}

function sendJson(exchange: Exchange, status: number, answer: unknown, fields: readonly string[] = []): void {
  const body = Buffer.from(JSON.stringify(answer), 'utf8')
  exchange.sendHead(status, [...fields, 'content-type', 'application/json', 'content-length', String(body.length)], 0)
  exchange.sendBody(body)
}
