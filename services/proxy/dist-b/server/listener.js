import { createServer as createPlainServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
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
}
export function createListener(handle, certificate) {
  const server = certificate === null ? createPlainServer(OPTIONS) : tlsServer(certificate)
  server.maxConnections = LIMITS.connectionsMax
  // No field is dropped in silence: `handle` refuses more than its bound.
  server.maxHeadersCount = 0
  server.on('request', (incoming, outgoing) => handle(incoming, outgoing, false))
  server.on('checkContinue', (incoming, outgoing) => handle(incoming, outgoing, true))
  server.on('checkExpectation', (incoming, outgoing) => handle(incoming, outgoing, false))
  server.on('connect', (_incoming, socket) => refuseRaw(socket, new Fault('INVALID_METHOD', 'CONNECT', { allow: [] })))
  server.on('clientError', (err, socket) => refuseRaw(socket, clientFault(err)))
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
        const cutting = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close(() => {
          clearInterval(closing)
          clearTimeout(cutting)
          resolve()
        })
      }),
  }
}
const OPTIONS = {
  maxHeaderSize: LIMITS.headBytesMax,
  headersTimeout: LIMITS.headMs,
  requestTimeout: LIMITS.requestMs,
  keepAliveTimeout: LIMITS.idleMs,
  requireHostHeader: true,
  insecureHTTPParser: false,
  noDelay: true,
}
function tlsServer(certificate) {
  const context = () => ({
    cert: certificate.current().cert,
    key: certificate.current().key,
  })
  const server = createTlsServer({ ...OPTIONS, ...context(), minVersion: 'TLSv1.3', ALPNProtocols: ['http/1.1'] })
  certificate.onChange(() => server.setSecureContext({ ...context(), minVersion: 'TLSv1.3' }))
  return server
}
function portOf(server) {
  const address = server.address()
  return isTcpAddress(address) ? address.port : 0
}
function isTcpAddress(address) {
  return address !== null && typeof address !== 'string'
}
const CLIENT_ERRORS = { HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE' }
/** What the parser refused: framing that is not plain, or a head that is too large or too slow. */
function clientFault(err) {
  const code = CLIENT_ERRORS[err.code ?? ''] ?? 'INVALID_REQUEST'
  return new Fault(
    code,
    err.message,
    code === 'INVALID_REQUEST' ? { say: 'This is not a well-formed HTTP/1.1 request.' } : {},
  )
}
/** An answer where Node has made no response object; and the end of the connection, whose framing is lost. */
function refuseRaw(socket, fault) {
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
//# sourceMappingURL=listener.js.map
