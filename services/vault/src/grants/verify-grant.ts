import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  GRANT_SKEW_MS,
  GRANT_TYP,
  GrantClaims,
  SERVICE_GRANT_TYP,
  ServiceGrantClaims,
} from '@protectmyapi/service-kit/credentials/grant'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Peer } from '@protectmyapi/service-kit/grpc/spiffe'
import { ownCopy } from '@protectmyapi/service-kit/own-copy'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { LRUCache } from 'lru-cache'
import { type Claims, isForInternalService, lifeMsMaxOf } from './claims.js'

const LIMITS = {
  /** 32 secrets and 16 origins in base64url, with room to spare. */
  grantCharsMax: 16 * 1024,
  keyIdCharsMax: 64,
  /** Usually one key; a few while keys are rotated. */
  importedKeysMax: 16,
  /** A header holds algorithm, type and key id. */
  headerCharsMax: 256,
  /** Headers that are remembered: two kinds of grant for each key. */
  headersMax: 32,
} as const

const KEY_ID = /^[A-Za-z0-9_-]+$/
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** jose caches what it derives from a KeyObject with that object, so the objects are kept. */
const imported = new LRUCache<string, KeyObject>({ max: LIMITS.importedKeysMax })

/**
 * Key ids by the encoded header, which is the same in all grants of one kind that a key signs. Nothing here is
 * believed: it only says which key the signature has to verify with.
 */
const keyIds = new LRUCache<string, string>({ max: LIMITS.headersMax })

/**
 * Reads the id of the key that a grant names, without verifying anything.
 *
 * @throws Fault INVALID_GRANT for what is no grant at all.
 */
export function grantKeyId(grant: string): string {
  if (grant === '') throw refuse('no grant')
  if (grant.length > LIMITS.grantCharsMax) throw refuse('longer than any grant')
  const header = headerText(grant)
  const known = keyIds.get(header)
  if (known !== undefined) return known
  const { kid } = headerOf(grant)
  if (typeof kid !== 'string' || kid.length > LIMITS.keyIdCharsMax || !KEY_ID.test(kid)) throw refuse('no key id')
  if (header.length <= LIMITS.headerCharsMax) keyIds.set(ownCopy(header), kid)
  return kid
}

/** RFC 7515 § 7.1: three parts, of which the first is the header. */
function headerText(grant: string): string {
  const end = grant.indexOf('.')
  const next = grant.indexOf('.', end + 1)
  if (end === -1 || next === -1 || grant.includes('.', next + 1)) throw refuse('not a JWS')
  return grant.slice(0, end)
}

/**
 * Checks that a grant is in force now, is made out to the certificate that presents it, and is of the kind meant for
 * this caller. Done at each use, because the claims may have been verified at any time before.
 *
 * @param proxyId SPIFFE id. Only this identity may use a route's grant: otherwise a thief of the grant key could lease
 * whatever is bound to places with any certificate of the trust domain, and certificates that give access to less are
 * guarded less.
 * @throws Fault INVALID_GRANT for every reason; only the log says which.
 */
export function checkPresented(
  claims: Claims,
  peer: Peer,
  { nowMs, proxyId }: { readonly nowMs: number; readonly proxyId: string },
): void {
  const issuedMs = claims.iat * 1_000
  const expiresMs = claims.exp * 1_000
  if (expiresMs <= nowMs) throw refuse('expired')
  // Management's clock may be ahead of this one; the tolerance is never added to the expiry.
  if (issuedMs > nowMs + GRANT_SKEW_MS) throw refuse('from the future')
  if (expiresMs <= issuedMs || expiresMs - issuedMs > lifeMsMaxOf(claims)) throw refuse('a life out of bounds')
  if (claims.sub !== peer.spiffeId) throw refuse(`made out to ${claims.sub}, presented by ${peer.spiffeId}`)
  if (claims.cnf['x5t#S256'] !== peer.thumbprint) throw refuse('made out to another certificate')
  if (isForInternalService(claims) === (peer.spiffeId === proxyId)) throw refuse('of the other kind of caller')
}

/**
 * Verifies that the grant is signed by the key and well-formed. The result stays valid for these bytes and this key.
 *
 * @param publicKey the pinned one of `grantKeyId(grant)`, SPKI in DER.
 * @throws Fault INVALID_GRANT for every reason; only the log says which.
 */
export async function signedClaims(grant: string, publicKey: Buffer): Promise<Claims> {
  // One algorithm, and one shape for each type, so that no other token of the system and no other kind of key passes
  // for a grant.
  const verified = await compactVerify(grant, keyObject(publicKey), { algorithms: ['EdDSA'] }).catch(
    (cause: unknown) => {
      throw refuse('the signature does not verify', cause)
    },
  )
  const shape = shapeOf(verified.protectedHeader.typ)
  if (!shape) throw refuse('another type of token')
  const parsed = shape.safeParse(jsonOf(verified.payload))
  if (!parsed.success) throw refuse('claims out of shape')
  return parsed.data
}

function shapeOf(typ: string | undefined): typeof GrantClaims | typeof ServiceGrantClaims | undefined {
  if (typ === GRANT_TYP) return GrantClaims
  return typ === SERVICE_GRANT_TYP ? ServiceGrantClaims : undefined
}

function headerOf(grant: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(grant)
  } catch (cause) {
    throw refuse('not a JWS', cause)
  }
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(payload))
  } catch (cause) {
    throw refuse('claims are not JSON', cause)
  }
}

function keyObject(spki: Buffer): KeyObject {
  const name = spki.toString('latin1')
  const known = imported.get(name)
  if (known) return known
  const made = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  imported.set(name, made)
  return made
}

function refuse(detail: string, cause?: unknown): Fault {
  return new Fault('INVALID_GRANT', `grant: ${detail}`, { cause })
}
