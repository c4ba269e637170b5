import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { WatchedMaterial } from '@protectmyapi/service-kit/tls-material'
import { unreadableRequest } from '@protectmyapi/service-kit/unreadable-request'
import { createConnectionRoom, sourceOf } from '../fairness/connection-room.js'
import type { Handle } from './handle.js'
import { problemAnswer } from './problem-answer.js'
import type { TrustedProxies } from './source-address.js'

type Socket = IncomingMessage['socket']

/** What one client, or many, may take. Tests set them low. */
export const LISTENER_BOUNDS = {
  headBytesMax: 32 * 1024,
  /** For a TLS handshake. */
  handshakeMs: 10_000,
  /** For the head to arrive… */
  headMs: 15_000,
  /** …and how often those that took longer are looked for. */
  lookForSlowEveryMs: 2_000,
  /** For the whole request: 256 MiB at 3.5 Mbit/s. */
  requestMs: 10 * 60_000,
  /** Longer than load balancers keep idle connections (60 s as a rule), so that they are the ones to close. */
  idleMs: 75_000,
  /** 8 kB each while it says nothing, and a file descriptor. */
  connectionsMax: 16_384,
  /** That have not been accepted yet; beyond, a client's SYN is dropped, and it tries again a second later. Linux caps it at `net.core.somaxconn`. */
  backlogMax: 4_096,
  /** How often drained connections are looked for. */
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
  readonly certificate: WatchedMaterial | null
  /** Called for each connection that was accepted. */
  readonly connected: () => void
  /** Proxies in front of us, whose connections are many people's. */
  readonly proxies: TrustedProxies
  readonly bounds?: ListenerBounds
}

export function createListener(handle: Handle, options: ListenerOptions): Listener {
  const { certificate, connected, proxies, bounds = LISTENER_BOUNDS } = options
  const server =
    certificate === null
      ? createPlainServer(serverOptions(bounds))
      : tlsServer(serverOptions(bounds), certificate, bounds.handshakeMs)
  // No field is dropped in silence: `handle` refuses more than its bound.
  server.maxHeadersCount = 0
  /** Of each connection the answer to the last request, as long as it lives; null where none has come. */
  const lastAnswers = new Map<Socket, WeakRef<ServerResponse> | null>()
  /** By the other end: over TLS, what was accepted is another object than what requests come over. */
  const readable = new Map<string, Socket>()
  server.on(certificate === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    const peer = peerOf(socket)
    lastAnswers.set(socket, null)
    readable.set(peer, socket)
    socket.on('close', () => {
      lastAnswers.delete(socket)
      readable.delete(peer)
    })
  })
  const room = createConnectionRoom(bounds.connectionsMax)
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    const leave = room.enter({
      source: sourceOf(socket.remoteAddress, proxies.trusts),
      isBusy: () => isAnswering(lastAnswers.get(readable.get(peer) ?? socket)?.deref()),
      destroy: () => socket.destroy(),
    })
    socket.on('close', leave)
  })
  const take = (incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean): void => {
    lastAnswers.set(incoming.socket, new WeakRef(outgoing))
    handle(incoming, outgoing, waits)
  }
  server.on('connection', connected)
  server.on('request', (incoming, outgoing) => take(incoming, outgoing, false))
  server.on('checkContinue', (incoming, outgoing) => take(incoming, outgoing, true))
  server.on('checkExpectation', (incoming, outgoing) => take(incoming, outgoing, false))
  const refuse = (socket: Socket, fault: Fault): void => {
    const last = lastAnswers.get(socket)?.deref()
    // What came before it was whole, and may be with a provider: that is answered, and this is not.
    if (last?.req.complete && !last.writableFinished) last.shouldKeepAlive = false
    else refuseRaw(socket, fault, bounds.lingerMs)
  }
  server.on('connect', (_incoming, socket) =>
    refuse(socket as Socket, new Fault('INVALID_METHOD', 'CONNECT', { allow: [] })),
  )
  server.on('clientError', (err: NodeJS.ErrnoException, socket) =>
    refuse(socket as Socket, unreadableRequest(err, 'This is not a well-formed HTTP/1.1 request.')),
  )

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
        const closing = setInterval(() => server.closeIdleConnections(), bounds.closeIdleEveryMs)
        // Node counts a connection that has never sent a request as busy; the end of the process must not wait for it.
        for (const [socket, last] of lastAnswers) if (last === null) socket.destroy()
        const cutting = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close(() => {
          clearInterval(closing)
          clearTimeout(cutting)
          resolve()
        })
      }),
  }
}

/** Its request is whole, and with somebody. What is still on its way has moved nobody yet. */
function isAnswering(last: ServerResponse | undefined): boolean {
  return last?.req.complete === true && !last.writableFinished
}

/** Unlike any other while the connection is open. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
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

function tlsServer(options: ServerOptions, certificate: WatchedMaterial, handshakeTimeout: number): Server {
  const context = (): { cert: Buffer; key: Buffer } => ({
    cert: certificate.current().cert,
    key: certificate.current().key,
  })
  const server = createTlsServer({
    ...options,
    ...context(),
    handshakeTimeout,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
  })
  certificate.onChange(() => server.setSecureContext({ ...context(), minVersion: 'TLSv1.3' }))
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  return isTcpAddress(address) ? address.port : 0
}

function isTcpAddress(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address !== 'string'
}

/** An answer where Node has made no response object; and the end of the connection, whose framing is lost. */
function refuseRaw(socket: Socket, fault: Fault, lingerMs: number): void {
  // Bytes after the first answer's head has gone would look like a part of that answer.
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  // Ending it is half a close, and whoever sends such bytes may keep the other half open.
  const lingering = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(lingering))
  const requestId = newId('request')
  const { status, fields, body } = problemAnswer(fault, requestId)
  const lines = [`HTTP/1.1 ${status} ${fault.code}`, 'connection: close', `pma-request-id: ${requestId}`]
  for (let at = 0; at < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`)
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body.toString('utf8')}`)
}
