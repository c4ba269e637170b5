import { createServer, type RequestListener, type Server, type ServerOptions, STATUS_CODES } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { FAULTS } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import { problemHeaders, toProblem } from '@protectmyapi/service-kit/problem'
import { unreadableRequest } from '@protectmyapi/service-kit/unreadable-request'
import { REQUEST_ID_HEADER } from './request-id.js'

/** What one client, or many, may take. Tests set them low. */
export const HTTP_BOUNDS = {
  /** For a TLS handshake. */
  handshakeMs: 10_000,
  /** A sender of header fields byte by byte holds a connection no longer than this… */
  headersMs: 10_000,
  /** 256 KiB on a slow line. Answers may take longer: they wait for the data plane. */
  requestMs: 30_000,
  /** …and how often those that took longer are looked for. */
  lookForSlowEveryMs: 2_000,
  /** Above the usual 60 s of load balancers, so that theirs is the side that closes. */
  keepAliveMs: 65_000,
  headerBytesMax: 16 * 1024,
  /** While it ends: how often connections are looked for whose last answer has gone. */
  closeIdleEveryMs: 50,
  connectionsMax: 2_000,
} as const

export type HttpBounds = Readonly<Record<keyof typeof HTTP_BOUNDS, number>>

export interface HttpTarget {
  readonly host: string
  /** 0 takes any. */
  readonly port: number
  /** PEM; with it, TLS 1.3 and nothing older. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export interface ListeningHttp {
  readonly port: number
  /** No new connections; requests under way end, or are cut after the grace. */
  close(graceMs: number): Promise<void>
}

export async function listenHttp(
  target: HttpTarget,
  listener: RequestListener,
  bounds: HttpBounds = HTTP_BOUNDS,
): Promise<ListeningHttp> {
  const server = newServer(target, listener, bounds)
  // No field is dropped in silence: `refuseManyFields` counts them.
  server.maxHeadersCount = 0
  server.maxConnections = bounds.connectionsMax
  server.on('clientError', refuseUnreadable)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(target.port, target.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return { port: portOf(server.address()), close: (graceMs) => close(server, graceMs) }
}

function newServer({ tls }: HttpTarget, listener: RequestListener, bounds: HttpBounds): Server {
  const options: ServerOptions = {
    maxHeaderSize: bounds.headerBytesMax,
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    connectionsCheckingInterval: bounds.lookForSlowEveryMs,
    keepAliveTimeout: bounds.keepAliveMs,
    requireHostHeader: true,
  }
  if (!tls) return createServer(options, listener)
  const { handshakeMs: handshakeTimeout } = bounds
  return createTlsServer({ ...options, ...tls, handshakeTimeout, minVersion: 'TLSv1.3' }, listener)
}

/**
 * What the HTTP parser could not read never reaches Express; it gets the same kind of answer. Who keeps the other half of
 * the connection open is found slow at the next look.
 */
function refuseUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const fault = unreadableRequest(error)
  const requestId = newId('request')
  const body = JSON.stringify(toProblem(fault, requestId))
  const fields = {
    ...problemHeaders(fault),
    [REQUEST_ID_HEADER]: requestId,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  const { http } = FAULTS[fault.code]
  socket.end(`HTTP/1.1 ${http} ${STATUS_CODES[http] ?? ''}\r\n${head.join('')}\r\n${body}`)
}

async function close(server: Server, graceMs: number): Promise<void> {
  // Whoever goes on asking over a kept connection would be served until the grace is over, and cut then (RFC 9112 § 9.6).
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false
  })
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  const closing = setInterval(() => server.closeIdleConnections(), HTTP_BOUNDS.closeIdleEveryMs)
  // It closes idle ones by itself (Node 19 and later).
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearInterval(closing)
  clearTimeout(cut)
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}
