import { connect as connectTcp, isIP, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { isMetadataAddress, isPublicAddress, isPublicHostName } from '@protectmyapi/service-kit/destinations/addresses'
import { isPrivateUpstream, type PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { Fault } from '@protectmyapi/service-kit/faults'
import { withinMs } from '@protectmyapi/service-kit/within-ms'
import { checkCertificate } from './check-certificate.js'
import { createResolveName, type ResolvedAddress, type ResolveName } from './resolve-name.js'
import { createUpstreamTrust, type UpstreamTrust } from './upstream-trust.js'

const LIMITS = {
  /** For name resolution, connection and TLS handshake, each. Providers answer in a tenth of it from anywhere. */
  stepMs: 5_000,
  /** With several addresses, the next one is tried after this (RFC 8305 § 8 says 250 ms; far hosts need more). */
  nextAddressMs: 500,
  addressesMax: 16,
  tcpKeepAliveMs: 30_000,
} as const

/** Begins a TCP connection. */
export type OpenSocket = (options: TcpNetConnectOpts) => Socket

/**
 * Connects to an origin, or throws: DESTINATION_NOT_ALLOWED where it must not be dialled, otherwise
 * UPSTREAM_UNREACHABLE.
 */
export type Dial = (origin: URL) => Promise<Socket>

export interface DiallerOptions {
  readonly exempt: PrivateUpstreams
  /** A CA trusted besides the public ones, PEM. */
  readonly extraCaPem?: string | undefined
  readonly resolveName?: ResolveName
  readonly openSocket?: OpenSocket
}

/**
 * The only way out. A name is resolved here, every address of it is checked, and exactly one of these is connected to.
 * The connected address is checked again before a byte of TLS, so a name that changes its address in between (DNS
 * rebinding) gains nothing. IP literals are checked here too, because Node does not look them up.
 */
export function createDialler({
  exempt,
  extraCaPem,
  resolveName = createResolveName({ clock: systemClock }),
  openSocket = connectTcp,
}: DiallerOptions): Dial {
  const trust = createUpstreamTrust(extraCaPem)
  return async (origin) => {
    const isExempt = isPrivateUpstream(origin, exempt)
    const host = bareHost(origin)
    if (!isExempt && (origin.protocol !== 'https:' || !isPublicHostName(origin.hostname)))
      throw refuse(`${origin.host} is not public https`)
    const addresses = isIP(host) === 0 ? await resolveWithin(resolveName, nameFor(host, isExempt)) : [asAddress(host)]
    for (const { address } of addresses) checkAddress(address, isExempt)
    const socket = await connect(openSocket, origin, host, addresses)
    try {
      checkAddress(socket.remoteAddress ?? '', isExempt)
      return origin.protocol === 'https:' ? await secure(socket, host, trust) : socket
    } catch (err) {
      socket.destroy()
      throw err
    }
  }
}

/** @throws Fault DESTINATION_NOT_ALLOWED. Metadata services are never dialled, even if exempt. */
function checkAddress(address: string, isExempt: boolean): void {
  const allowed = isExempt ? isIP(address) !== 0 && !isMetadataAddress(address) : isPublicAddress(address)
  if (!allowed) throw refuse(`${address} is never dialled`)
}

const asAddress = (literal: string): ResolvedAddress => ({ address: literal, family: isIP(literal) })

/**
 * Adds the root's dot, so that a resolver's search list (above all a cluster's) neither answers in a provider's place
 * nor is asked first. An exempt host keeps its name, because it may be known only to a hosts file, which has no dots.
 */
const nameFor = (host: string, isExempt: boolean): string => (isExempt ? host : `${host}.`)

async function resolveWithin(resolveName: ResolveName, name: string): Promise<readonly ResolvedAddress[]> {
  try {
    const addresses = await withinMs(resolveName(name), LIMITS.stepMs, () => {
      throw unreachable(`${name} was not resolved in time`)
    })
    if (addresses.length === 0) throw unreachable(`${name} has no address`)
    return addresses.slice(0, LIMITS.addressesMax)
  } catch (cause) {
    throw cause instanceof Fault ? cause : unreachable(`${name} does not resolve`, cause)
  }
}

function connect(
  openSocket: OpenSocket,
  origin: URL,
  host: string,
  addresses: readonly ResolvedAddress[],
): Promise<Socket> {
  const socket = openSocket({
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

/** Answers every lookup with the addresses that were checked. */
function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_name, options, answer) => {
    const [first] = addresses
    if (options.all) answer(null, [...addresses])
    else answer(null, first?.address ?? '', first?.family)
  }
}

/**
 * Checks name and certificates against the origin's host. No session is resumed, so each connection checks its peer.
 */
async function secure(socket: Socket, host: string, { context, roots }: UpstreamTrust): Promise<Socket> {
  const servername = isIP(host) === 0 ? host : undefined
  const detail = `no trusted TLS with ${host}`
  const tls = connectTls({
    socket,
    host,
    secureContext: context,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    // The check is made below, before any caller has the socket. Node calls this hook again when a server asks for
    // another handshake, and `getPeerX509Certificate` hands the leaf out once: the second time it returns another
    // certificate, or none.
    checkServerIdentity: () => undefined,
    ...(servername === undefined ? {} : { servername }),
  })
  await settled(tls, 'secureConnect', detail)
  const wrong = checkCertificate(host, tls.getPeerX509Certificate(), roots)
  if (!wrong) return tls
  tls.destroy()
  throw unreachable(detail, wrong)
}

function settled(socket: Socket, event: 'connect' | 'secureConnect', detail: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error(`no ${event} within ${LIMITS.stepMs} ms`)), LIMITS.stepMs)
    const failed = (cause: Error): void => {
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
function bareHost(origin: URL): string {
  return origin.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

function refuse(detail: string): Fault {
  return new Fault('DESTINATION_NOT_ALLOWED', detail)
}

function unreachable(detail: string, cause?: unknown): Fault {
  return new Fault('UPSTREAM_UNREACHABLE', detail, { cause })
}
