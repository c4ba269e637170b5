import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type CompactVerifyResult, compactVerify, decodeProtectedHeader, importJWK } from 'jose'
import { type SigningKeyRow, sessionIssuer } from './signing-key-rows.js'

/** What one of this installation's session keys has signed. */
export interface OwnJws {
  /** The kind of token; the claims of one kind never pass for those of another. */
  readonly typ: string | undefined
  readonly claims: unknown
  readonly installationId: string
}

/** @throws Fault INVALID_TOKEN for what no session key in use has signed, by EdDSA. */
export async function verifyOwnJws(db: Knex, jws: string): Promise<OwnJws> {
  const { installationId, keys } = await sessionIssuer(db)
  const { protectedHeader, payload } = await verify(jws, keys)
  return { typ: protectedHeader.typ, claims: JSON.parse(Buffer.from(payload).toString('utf8')), installationId }
}

async function verify(jws: string, keys: readonly SigningKeyRow[]): Promise<CompactVerifyResult> {
  try {
    const { kid } = decodeProtectedHeader(jws)
    const key = keys.find(({ id }) => id === kid)
    if (!key) throw new Fault('INVALID_TOKEN', 'signed by no key of ours')
    return await compactVerify(jws, await importJWK({ ...key.publicJwk }, 'EdDSA'), { algorithms: ['EdDSA'] })
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault('INVALID_TOKEN', 'the signature does not verify', { cause })
  }
}
