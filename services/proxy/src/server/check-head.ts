import type { IncomingMessage } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import { isHost } from './client-origin.js'

const LIMITS = {
  /** Fields of one request. The parser bounds their bytes. */
  fieldsMax: 128,
} as const

/**
 * Refuses what Node's parser accepts and no provider should have to judge.
 *
 * @throws Fault HEADERS_TOO_LARGE, INVALID_REQUEST, NOT_IMPLEMENTED.
 */
export function checkHead({ httpVersion, rawHeaders, headers }: IncomingMessage): void {
  if (rawHeaders.length > LIMITS.fieldsMax * 2) throw new Fault('HEADERS_TOO_LARGE', `${rawHeaders.length / 2} fields`)
  // The parser also accepts 0.9 and 2.0, with fields.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') throw refuse(`HTTP/${httpVersion}`, 'Send HTTP/1.1.')
  checkHost(httpVersion, rawHeaders, headers.host)
  checkCoding(httpVersion, headers['transfer-encoding'])
  checkContentCoding(headers['content-encoding'])
  // An offer of h2c may be ignored (RFC 9113 § 3.1), as the connection's last request. Any other protocol would be only
  // half supported here.
  const upgrade = headers.upgrade?.toLowerCase()
  if (upgrade !== undefined && upgrade !== 'h2c') {
    const say = 'Upgrades such as WebSocket are not supported yet. Use plain HTTP requests or server-sent events.'
    throw new Fault('NOT_IMPLEMENTED', 'an upgrade', { say })
  }
}

/** RFC 9112 § 3.2: exactly one Host, and a valid one. HTTP/1.0 requests usually have none. */
function checkHost(httpVersion: string, rawHeaders: readonly string[], host: string | undefined): void {
  if (countOfHosts(rawHeaders) > 1) throw refuse('more than one Host', 'Send one Host field.')
  if (host === undefined ? httpVersion === '1.1' : !isHost(host)) {
    throw refuse(
      'no Host, or none that is a host',
      'Send one Host header with only a host name and, if needed, a port.',
    )
  }
}

/**
 * The parser refuses it beside Content-Length. Other codings, and HTTP/1.0, would mean something else to later servers.
 */
function checkCoding(httpVersion: string, coding: string | undefined): void {
  if (coding === undefined) return
  if (coding.toLowerCase() !== 'chunked' || httpVersion !== '1.1') {
    const say = 'Send the body with Content-Length, or with Transfer-Encoding: chunked and no other coding.'
    throw refuse('a transfer coding that is not chunked alone', say)
  }
}

/**
 * `chunked` is not a content coding (RFC 9110 § 8.4.1). A server that takes it for the transfer coding would read the
 * next request from a body.
 */
function checkContentCoding(coding: string | undefined): void {
  if (coding === undefined || !coding.toLowerCase().includes('chunked')) return
  throw refuse('chunked as a content coding', 'Leave chunked out of Content-Encoding; it belongs in Transfer-Encoding.')
}

function countOfHosts(rawHeaders: readonly string[]): number {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts
}

function refuse(detail: string, say: string): Fault {
  return new Fault('INVALID_REQUEST', detail, { say })
}
