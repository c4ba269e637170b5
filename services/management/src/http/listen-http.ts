import { createServer, type RequestListener, type Server, type ServerOptions, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FAULTS, type Fault } from '@protectmyapi/service-kit/faults'
import { problemHeaders, toProblem } from '@protectmyapi/service-kit/http/problem'
import { serveInTurn } from '@protectmyapi/service-kit/http/serve-in-turn'
import { createServedServer, type ServedCertificate } from '@protectmyapi/service-kit/http/served-certificate'
import { newId } from '@protectmyapi/service-kit/ids'
import { REQUEST_ID_HEADER } from './request-id.js'

/** Limits on what clients may use, one or all together. Tests set them low. */
export const HTTP_BOUNDS = {
  /** For a TLS handshake. */
  handshakeMs: 10_000,
  /** For all header fields. Otherwise a client that sends byte by byte could hold a connection for ever. */
  headersMs: 10_000,
  /** For the whole request: 256 KiB on a slow line. Answers may take longer, because they wait for the data plane. */
  requestMs: 30_000,
  /** How often connections that exceed the two limits above are looked for. */
  lookForSlowEveryMs: 2_000,
  /** Above the usual 60 s of load balancers, so that the load balancer closes first. */
  keepAliveMs: 65_000,
  headerBytesMax: 16 * 1024,
  /** While the server closes: how often connections whose last answer was sent are looked for. */
  closeIdleEveryMs: 50,
  connectionsMax: 2_000,
  /** After bytes that could not be parsed: time to read the refusal before the connection is destroyed. */
  lingerMs: 500,
} as const

export type HttpBounds = Readonly<Record<keyof typeof HTTP_BOUNDS, number>>

export interface HttpTarget {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
  /** If given, the server speaks TLS 1.3 only. */
  readonly certificate?: ServedCertificate | null
}

export interface ListeningHttp {
  readonly port: number
  /** Takes no new connections. Requests under way may end, and are cut after `graceMs`. */
  close(graceMs: number): Promise<void>
}

export async function listenHttp(
  target: HttpTarget,
  listener: RequestListener,
  bounds: HttpBounds = HTTP_BOUNDS,
): Promise<ListeningHttp> {
  const server = newServer(target, bounds)
  // Otherwise Node would drop surplus fields silently. `refuseManyFields` counts them.
  server.maxHeadersCount = 0
  server.maxConnections = bounds.connectionsMax
  let isClosing = false
  serveInTurn(server, {
    begin(incoming, outgoing, waits) {
      // Otherwise a client that keeps sending on this connection would be served until the grace is over, and be cut
      // then (RFC 9112 § 9.6).
      if (isClosing) outgoing.shouldKeepAlive = false
      if (waits) outgoing.writeContinue()
      listener(incoming, outgoing)
    },
    refusal: rawRefusal,
    lingerMs: bounds.lingerMs,
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(target.port, target.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: portOf(server.address()),
    close(graceMs) {
      isClosing = true
      return close(server, graceMs)
    },
  }
}

function newServer({ certificate }: HttpTarget, bounds: HttpBounds): Server {
  const options: ServerOptions = {
    maxHeaderSize: bounds.headerBytesMax,
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    connectionsCheckingInterval: bounds.lookForSlowEveryMs,
    keepAliveTimeout: bounds.keepAliveMs,
    // `refuseWithoutHost` requires it instead, and answers in turn.
    requireHostHeader: false,
  }
  if (!certificate) return createServer(options)
  return createServedServer({ ...options, handshakeTimeout: bounds.handshakeMs }, certificate)
}

/** Bytes that the HTTP parser could not read never reach Express. They get the same kind of answer. */
function rawRefusal(fault: Fault): string {
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
  return `HTTP/1.1 ${http} ${STATUS_CODES[http] ?? ''}\r\n${head.join('')}\r\n${body}`
}

async function close(server: Server, graceMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  const closing = setInterval(() => server.closeIdleConnections(), HTTP_BOUNDS.closeIdleEveryMs)
  // `close` itself closes the connections that are idle at this moment (Node 19 and later).
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearInterval(closing)
  clearTimeout(cut)
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}
