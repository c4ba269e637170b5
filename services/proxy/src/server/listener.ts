import { createServer as createPlainServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Begin } from '@protectmyapi/service-kit/http/connection-turns'
import { serveInTurn } from '@protectmyapi/service-kit/http/serve-in-turn'
import { createServedServer, type ServedCertificate } from '@protectmyapi/service-kit/http/served-certificate'
import type { CrowdedOut } from '../fairness/connection-room.js'
import { followConnections } from './connections.js'
import { rawRefusal } from './raw-refusal.js'
import type { TrustedProxies } from './source-address.js'

/** Bounds on what one client, or many, may take. Tests set them low. */
export const LISTENER_BOUNDS = {
  headBytesMax: 32 * 1024,
  /** For a TLS handshake. */
  handshakeMs: 10_000,
  /** For the head to arrive… */
  headMs: 15_000,
  /** …and how often connections that exceed it are looked for. */
  lookForSlowEveryMs: 2_000,
  /**
   * For the whole request: 1 GiB at 3.6 Mbit/s. A client that takes as long with less occupies a place of its own
   * organization.
   */
  requestMs: 40 * 60_000,
  /** Longer than load balancers keep idle connections (usually 60 s), so that they are the ones to close. */
  idleMs: 75_000,
  /** An idle connection takes 8 kB and a file descriptor. */
  connectionsMax: 16_384,
  /**
   * Connections that are not accepted yet. Beyond that a client's SYN is dropped, and it tries again a second later.
   * Linux caps it at `net.core.somaxconn`.
   */
  backlogMax: 4_096,
  /**
   * How long a drain waits before it ends connections that are between two requests. The next request may be on its
   * way, and a client whose connection is reset after sending cannot know whether the request was carried out.
   */
  quietMs: 1_000,
  /** How often such connections are looked for after that. */
  closeIdleEveryMs: 50,
  /** How long a client whose bytes could not be parsed has to read why, before the connection is destroyed. */
  lingerMs: 500,
} as const

export type ListenerBounds = Readonly<Record<keyof typeof LISTENER_BOUNDS, number>>

/** The listening side: HTTP/1.1, strict, over TLS 1.3 where there is a certificate. */
export interface Listener {
  /** Resolves to the port that is listened on. */
  listen(host: string, port: number): Promise<number>
  /** Accepts nobody new. Resolves when the last answer has ended, or after the grace, when what is left is cut. */
  drain(graceMs: number): Promise<void>
}

export interface ListenerOptions {
  readonly certificate: ServedCertificate | null
  /** Called for each connection that was accepted. */
  readonly connected: () => void
  /** Proxies in front of this one, whose connections carry many people's requests. */
  readonly proxies: TrustedProxies
  /** Called for each connection that was closed because there were too many. */
  readonly crowdedOut?: (who: CrowdedOut, source: string | null) => void
  readonly bounds?: ListenerBounds
}

export function createListener(handle: Begin, options: ListenerOptions): Listener {
  const { certificate, connected, proxies, crowdedOut = () => {}, bounds = LISTENER_BOUNDS } = options
  const server =
    certificate === null
      ? createPlainServer(serverOptions(bounds))
      : createServedServer({ ...serverOptions(bounds), handshakeTimeout: bounds.handshakeMs }, certificate)
  // No field is dropped silently: `handle` refuses requests with more than its bound.
  server.maxHeadersCount = 0
  const turnsOf = serveInTurn(server, { begin: handle, refusal: rawRefusal, lingerMs: bounds.lingerMs })
  const connections = followConnections(server, {
    turnsOf,
    encrypted: certificate !== null,
    connectionsMax: bounds.connectionsMax,
    proxies,
    crowdedOut,
  })
  server.on('connection', connected)
  const closeIdle = server.closeIdleConnections.bind(server)
  // Node's `close` would call it at once.
  server.closeIdleConnections = () => {}
  /** Runs after what has arrived meanwhile is read, because timers run before sockets. */
  const endIdle = (): void =>
    void setImmediate(() => {
      closeIdle()
      connections.destroyUnused()
    })

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen({ port, host, backlog: bounds.backlogMax }, () => {
          server.off('error', reject)
          resolve(portOf(server))
        })
      }),
    drain: (graceMs) =>
      new Promise((resolve) => {
        let ending: NodeJS.Timeout | undefined
        const waiting = setTimeout(() => {
          endIdle()
          ending = setInterval(endIdle, bounds.closeIdleEveryMs)
        }, bounds.quietMs)
        const cutting = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close(() => {
          clearTimeout(waiting)
          clearInterval(ending)
          clearTimeout(cutting)
          resolve()
        })
      }),
  }
}

function serverOptions(bounds: ListenerBounds): ServerOptions {
  return {
    maxHeaderSize: bounds.headBytesMax,
    headersTimeout: bounds.headMs,
    requestTimeout: bounds.requestMs,
    connectionsCheckingInterval: bounds.lookForSlowEveryMs,
    keepAliveTimeout: bounds.idleMs,
    // `checkHead` checks it, and answers with an explanation.
    requireHostHeader: false,
    insecureHTTPParser: false,
    noDelay: true,
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return isTcpAddress(address) ? address.port : 0
}

function isTcpAddress(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address !== 'string'
}
