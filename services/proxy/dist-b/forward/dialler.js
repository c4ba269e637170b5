import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls, createSecureContext, rootCertificates } from 'node:tls'
import { isMetadataAddress, isPublicAddress, isPublicHostName } from '@protectmyapi/service-kit/addresses'
import { Fault } from '@protectmyapi/service-kit/faults'
import { isPrivateUpstream } from '@protectmyapi/service-kit/upstream-url'

const LIMITS = {
  /** For name, connection and TLS handshake, each. Providers answer in a tenth of it from anywhere. */
  stepMs: 5_000,
  /** Of several addresses, the next is tried after this (RFC 8305 § 8 says 250 ms; far hosts need more). */
  nextAddressMs: 500,
  addressesMax: 16,
  tcpKeepAliveMs: 30_000,
}
/**
 * The one way out. A name is resolved here, every address of it is checked, one of exactly these is connected to, and
 * what was connected to is checked again before a byte of TLS: a name that changes its mind in between (DNS rebinding)
 * gains nothing. IP literals are checked first, as Node looks none of them up.
 */
export function createDialler({ exempt, extraCaPem, resolveName = systemResolver }) {
  const context = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(extraCaPem === undefined ? {} : { ca: [...rootCertificates, extraCaPem] }),
  })
  return async (origin) => {
    const isExempt = isPrivateUpstream(origin, exempt)
    const host = bareHost(origin)
    if (!isExempt && (origin.protocol !== 'https:' || !isPublicHostName(host)))
      throw refuse(`${origin.host} is not public https`)
    const addresses =
      isIP(host) === 0 ? await resolveWithin(resolveName, host) : [{ address: host, family: isIP(host) }]
    for (const { address } of addresses) checkAddress(address, isExempt)
    const socket = await connect(origin, host, addresses)
    try {
      checkAddress(socket.remoteAddress ?? '', isExempt)
      return origin.protocol === 'https:' ? await secure(socket, host, context) : socket
    } catch (err) {
      socket.destroy()
      throw err
    }
  }
}
/** @throws Fault DESTINATION_NOT_ALLOWED. Metadata services are never dialled, whoever exempts them. */
function checkAddress(address, isExempt) {
  const allowed = isExempt ? isIP(address) !== 0 && !isMetadataAddress(address) : isPublicAddress(address)
  if (!allowed) throw refuse(`${address} is never dialled`)
}
const systemResolver = (name) => lookup(name, { all: true, verbatim: true })
async function resolveWithin(resolveName, name) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(unreachable(`${name} was not resolved in time`)), LIMITS.stepMs)
  })
  try {
    const addresses = await Promise.race([resolveName(name), late])
    if (addresses.length === 0) throw unreachable(`${name} has no address`)
    return addresses.slice(0, LIMITS.addressesMax)
  } catch (cause) {
    throw cause instanceof Fault ? cause : unreachable(`${name} does not resolve`, cause)
  } finally {
    clearTimeout(timer)
  }
}
function connect(origin, host, addresses) {
  const socket = connectTcp({
    host,
    port: Number(origin.port) || (origin.protocol === 'https:' ? 443 : 80),
    lookup: pinned(addresses),
    autoSelectFamily: addresses.length > 1,
    autoSelectFamilyAttemptTimeout: LIMITS.nextAddressMs,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: LIMITS.tcpKeepAliveMs,
  })
  return settled(socket, 'connect', `${origin.host} does not accept connections`)
}
/** Answers every question with what was checked. */
function pinned(addresses) {
  return (_name, options, answer) => {
    const [first] = addresses
    if (options.all) answer(null, [...addresses])
    else answer(null, first?.address ?? '', first?.family)
  }
}
/** Name and certificate are checked against the origin's host. No session is resumed, so each connection checks its peer. */
function secure(socket, host, secureContext) {
  const servername = isIP(host) === 0 ? host : undefined
  const tls = connectTls({
    socket,
    host,
    secureContext,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    ...(servername === undefined ? {} : { servername }),
  })
  return settled(tls, 'secureConnect', `no trusted TLS with ${host}`)
}
function settled(socket, event, detail) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error(`no ${event} within ${LIMITS.stepMs} ms`)), LIMITS.stepMs)
    const failed = (cause) => {
      clearTimeout(timer)
      reject(unreachable(detail, cause))
    }
    socket.once('error', failed)
    socket.once(event, () => {
      clearTimeout(timer)
      socket.off('error', failed)
      resolve(socket)
    })
  })
}
/** Without the brackets of an IPv6 literal, and without the root's dot, which no certificate has. */
function bareHost(origin) {
  return origin.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}
function refuse(detail) {
  return new Fault('DESTINATION_NOT_ALLOWED', detail)
}
function unreachable(detail, cause) {
  return new Fault('UPSTREAM_UNREACHABLE', detail, { cause })
}
//# sourceMappingURL=dialler.js.map
