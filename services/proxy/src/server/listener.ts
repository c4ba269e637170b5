import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Fault, type FaultCode } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { WatchedMaterial } from '@protectmyapi/service-kit/tls-material'
import type { Handle } from './handle.js'
import { problemAnswer } from './problem-answer.js'

const LIMITS = {
  headBytesMax: 32 * 1024,
  /** For the head to arrive. */
  headMs: 15_000,
  /** For the whole request: 256 MiB at 3.5 Mbit/s. */
  requestMs: 10 * 60_000,
  /** Longer than load balancers keep idle connections (60 s as a rule), so that they are the ones to close. */
  idleMs: 75_000,
  connectionsMax: 16_384,
  /** How often drained connections are looked for. */
  closeIdleEveryMs: 50,
} as const

/** The listening side: HTTP/1.1, strict, over TLS 1.3 where there is a certificate. */
export interface Listener {
  /** Answers with the port taken. */
  listen(host: string, port: number): Promise<number>
  /** Nobody new; settles when the last answer has ended, or after the grace, when what is left is cut. */
  drain(graceMs: number): Promise<void>
}

export function createListener(handle: Handle, certificate: WatchedMaterial | null): Listener {
  const server = certificate === null ? createPlainServer(OPTIONS) : tlsServer(certificate)
  server.maxConnections = LIMITS.connectionsMax
  // No field is dropped in silence: `handle` refuses more than its bound.
  server.maxHeadersCount = 0
  // Node counts a connection that has never sent a request as busy; the end of the process must not wait for it.
  const silent = new Set<IncomingMessage['socket']>()
  server.on(certificate === null ? 'connection' : 'secureConnection', (socket: IncomingMessage['socket']) => {
    silent.add(socket)
    socket.on('close', () => silent.delete(socket))
  })
  const take = (incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean): void => {
    silent.delete(incoming.socket)
    handle(incoming, outgoing, waits)
  }
  server.on('request', (incoming, outgoing) => take(incoming, outgoing, false))
  server.on('checkContinue', (incoming, outgoing) => take(incoming, outgoing, true))
  server.on('checkExpectation', (incoming, outgoing) => take(incoming, outgoing, false))
  server.on('connect', (_incoming, socket) =>
    refuseRaw(socket as IncomingMessage['socket'], new Fault('INVALID_METHOD', 'CONNECT', { allow: [] })),
  )
  server.on('clientError', (err: NodeJS.ErrnoException, socket) =>
    refuseRaw(socket as IncomingMessage['socket'], clientFault(err)),
  )

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.off('error', reject)
          resolve(portOf(server))
        })
      }),
    drain: (graceMs) =>
      new Promise((resolve) => {
        const closing = setInterval(() => server.closeIdleConnections(), LIMITS.closeIdleEveryMs)
        for (const socket of silent) socket.destroy()
        const cutting = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close(() => {
          clearInterval(closing)
          clearTimeout(cutting)
          resolve()
        })
      }),
  }
}

const OPTIONS: ServerOptions = {
  maxHeaderSize: LIMITS.headBytesMax,
  headersTimeout: LIMITS.headMs,
  requestTimeout: LIMITS.requestMs,
  keepAliveTimeout: LIMITS.idleMs,
  requireHostHeader: true,
  insecureHTTPParser: false,
  noDelay: true,
}

function tlsServer(certificate: WatchedMaterial): Server {
  const context = (): { cert: Buffer; key: Buffer } => ({
    cert: certificate.current().cert,
    key: certificate.current().key,
  })
  const server = createTlsServer({ ...OPTIONS, ...context(), minVersion: 'TLSv1.3', ALPNProtocols: ['http/1.1'] })
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

const CLIENT_ERRORS: Readonly<Record<string, FaultCode>> = { HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE' }

/** What the parser refused: framing that is not plain, or a head that is too large or too slow. */
function clientFault(err: NodeJS.ErrnoException): Fault {
  const code = CLIENT_ERRORS[err.code ?? ''] ?? 'INVALID_REQUEST'
  return new Fault(
    code,
    err.message,
    code === 'INVALID_REQUEST' ? { say: 'This is not a well-formed HTTP/1.1 request.' } : {},
  )
}

/** An answer where Node has made no response object; and the end of the connection, whose framing is lost. */
function refuseRaw(socket: IncomingMessage['socket'], fault: Fault): void {
  // Bytes after the first answer's head has gone would look like a part of that answer.
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const requestId = newId('request')
  const { status, fields, body } = problemAnswer(fault, requestId)
  const lines = [`HTTP/1.1 ${status} ${fault.code}`, 'connection: close', `pma-request-id: ${requestId}`]
  for (let at = 0; at < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`)
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body.toString('utf8')}`)
}
