import { createServer as createPlainServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Begin } from '@protectmyapi/service-kit/http/connection-turns'
import { serveInTurn } from '@protectmyapi/service-kit/http/serve-in-turn'
import { createServedServer, type ServedCertificate } from '@protectmyapi/service-kit/http/served-certificate'
import type { CrowdedOut } from '../fairness/connection-room.js'
import { followConnections } from './connections.js'
import { rawRefusal } from './raw-refusal.js'
import type { TrustedProxies } from './source-address.js'

/** What one client, or many, may take. Tests set them low. */
export const LISTENER_BOUNDS = {
  headBytesMax: 32 * 1024,
  /** For a TLS handshake. */
  handshakeMs: 10_000,
  /** For the head to arrive… */
  headMs: 15_000,
  /** …and how often those that took longer are looked for. */
  lookForSlowEveryMs: 2_000,
  /** For the whole request: 1 GiB at 3.6 Mbit/s. Who takes as long with less holds a place of their own organization. */
  requestMs: 40 * 60_000,
  /** Longer than load balancers keep idle connections (60 s as a rule), so that they are the ones to close. */
  idleMs: 75_000,
  /** 8 kB each while it says nothing, and a file descriptor. */
  connectionsMax: 16_384,
  /** That have not been accepted yet; beyond, a client's SYN is dropped, and it tries again a second later. Linux caps it at `net.core.somaxconn`. */
  backlogMax: 4_096,
  /**
   * While it drains, before connections between two requests are ended: the next may be on its way over one, and a client
   * whose request was sent and then reset cannot know whether it was done.
   */
  quietMs: 1_000,
  /** How often such are looked for after that. */
  closeIdleEveryMs: 50,
  /** For a client whose bytes could not be read to read why, before the connection is destroyed. */
  lingerMs: 500,
} as const

export type ListenerBounds = Readonly<Record<keyof typeof LISTENER_BOUNDS, number>>

/** The listening side: HTTP/1.1, strict, over TLS 1.3 where there is a certificate. */
export interface Listener {
  /** Answers with the port taken. */
  listen(host: string, port: number): Promise<number>
  /** Nobody new; settles when the last answer has ended, or after the grace, when what is left is cut. */
  drain(graceMs: number): Promise<void>
}

export interface ListenerOptions {
  readonly certificate: ServedCertificate | null
  /** Called for each connection that was accepted. */
  readonly connected: () => void
  /** Proxies in front of us, whose connections are many people's. */
  readonly proxies: TrustedProxies
  /** Called for each connection that was closed since there were too many. */
  readonly crowdedOut?: (who: CrowdedOut, source: string | null) => void
  readonly bounds?: ListenerBounds
}

export function createListener(handle: Begin, options: ListenerOptions): Listener {
  const { certificate, connected, proxies, crowdedOut = () => {}, bounds = LISTENER_BOUNDS } = options
  const server =
    certificate === null
      ? createPlainServer(serverOptions(bounds))
      : createServedServer({ ...serverOptions(bounds), handshakeTimeout: bounds.handshakeMs }, certificate)
  // No field is dropped in silence: `handle` refuses more than its bound.
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
  /** After what has arrived meanwhile: timers come before sockets are read. */
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
    // `checkHead` does, with words.
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
