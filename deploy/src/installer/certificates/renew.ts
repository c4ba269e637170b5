import { X509Certificate } from 'node:crypto'
import {
  type Authority,
  createAuthority,
  type Issued,
  loadAuthority,
} from '@protectmyapi/dev-kit/certificates/certificate-authority'

/** The existing authorities with their keys, oldest first, and the certificate of each service that has one. */
export interface Held {
  readonly authorities: readonly Issued[]
  readonly leaves: ReadonlyMap<string, Issued>
}

export interface Renewal {
  /** The identity of each service, by the service's name. */
  readonly services: ReadonlyMap<string, { readonly spiffeId: string; readonly dnsNames: string[] }>
  readonly leafMs: number
  readonly authorityMs: number
  readonly nowMs: number
}

/** The state after a renewal. Every service trusts every authority in `authorities`. */
export interface Renewed extends Held {
  /** What was made, in words. */
  readonly made: readonly string[]
}

const LIMITS = {
  /** The clocks of nodes differ a little. */
  backdateMs: 5 * 60_000,
  /**
   * How long an authority is trusted before it signs. Secrets reach pods within two minutes and are read within
   * seconds, so every service trusts it by then.
   */
  trustedBeforeMs: 60 * 60_000,
} as const

/**
 * Renews what is due, without breaking calls between services that have the old and the new certificates: a new
 * authority is trusted from half of the older one's life on, begins to sign an hour later, and the older one stays
 * trusted until it expires.
 */
export async function renew(held: Held, renewal: Renewal): Promise<Renewed> {
  const { nowMs } = renewal
  const made: string[] = []
  const authorities = held.authorities.filter(({ certPem }) => lifeOf(certPem).endMs > nowMs)
  const newest = authorities.at(-1)
  if (newest === undefined || isPastHalf(newest.certPem, nowMs)) {
    authorities.push(await newAuthority(renewal))
    made.push('authority')
  }
  const signer = await signerOf(authorities, nowMs)
  const leaves = new Map<string, Issued>()
  for (const [name, { spiffeId, dnsNames }] of renewal.services) {
    const known = held.leaves.get(name)
    if (known !== undefined && isGood(known, spiffeId, authorities, nowMs)) {
      leaves.set(name, known)
      continue
    }
    const notAfter = new Date(Math.min(nowMs + renewal.leafMs, lifeOf(signer.certPem).endMs))
    const notBefore = new Date(nowMs - LIMITS.backdateMs)
    leaves.set(name, await signer.issue({ spiffeId, dnsNames, commonName: name, notBefore, notAfter }))
    made.push(name)
  }
  return { authorities, leaves, made }
}

async function newAuthority({ nowMs, authorityMs }: Renewal): Promise<Issued> {
  // A name that no other authority has, because chains are built by name.
  const name = `ProtectMyAPI services ${new Date(nowMs).toISOString()}`
  const { certPem, keyPem } = await createAuthority(name, {
    notBefore: new Date(nowMs - LIMITS.backdateMs),
    notAfter: new Date(nowMs + authorityMs),
  })
  return { certPem, keyPem }
}

/**
 * The newest authority that every service trusts. If there is only one, it is the one, because no service trusts
 * another yet.
 */
async function signerOf(authorities: readonly Issued[], nowMs: number): Promise<Authority> {
  const isKnown = ({ certPem }: Issued): boolean =>
    lifeOf(certPem).startMs + LIMITS.backdateMs + LIMITS.trustedBeforeMs <= nowMs
  const signer = authorities.findLast(isKnown) ?? authorities[0]
  if (signer === undefined) throw new Error('there is no authority')
  return loadAuthority(signer.certPem, signer.keyPem)
}

function isGood({ certPem }: Issued, spiffeId: string, authorities: readonly Issued[], nowMs: number): boolean {
  const certificate = new X509Certificate(certPem)
  const { startMs, endMs } = lifeOf(certPem)
  return (
    endMs - nowMs > (endMs - startMs) / 3 &&
    (certificate.subjectAltName ?? '').split(', ').includes(`URI:${spiffeId}`) &&
    authorities.some((authority) => certificate.verify(new X509Certificate(authority.certPem).publicKey))
  )
}

function isPastHalf(certPem: string, nowMs: number): boolean {
  const { startMs, endMs } = lifeOf(certPem)
  return nowMs >= (startMs + endMs) / 2
}

function lifeOf(certPem: string): { readonly startMs: number; readonly endMs: number } {
  const { validFrom, validTo } = new X509Certificate(certPem)
  return { startMs: Date.parse(validFrom), endMs: Date.parse(validTo) }
}
