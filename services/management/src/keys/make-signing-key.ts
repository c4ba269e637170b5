import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { VaultClient, VersionRef } from '../vault/vault-client.js'
import { type KeyUse, type PublicJwk, type SigningKeyRow, signingKeys } from './signing-key-rows.js'

export interface MakeDeps {
  /** For the pending row, which is committed outside the transaction that holds the lock. */
  readonly db: Knex
  readonly vault: Pick<VaultClient, 'putSecret' | 'settleVersion'>
}

/** An advisory lock used for nothing else. It is the transaction's, because a pooler breaks locks of sessions. */
const LOCK = 74_110_602
const NO_BINDINGS = { origins: [], placements: [], services: [] } as const

/** Only one of all managements makes or exchanges signing keys at a time. Held until the transaction ends. */
export async function lockSigningKeys(trx: Knex.Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [LOCK])
}

/**
 * A key that the vault has stored and that is still pending here; the caller activates it in the same transaction. Call
 * it under the lock. A key that a dead management left pending is settled at the vault first, and taken up if it was
 * stored, so that no private key lies unused. If `leftBehind` is `discarded`, it is retired instead, because a key that
 * existed while another leaked is not trusted.
 *
 * @throws Fault UNAVAILABLE while the vault is away.
 */
export async function storedKey(
  trx: Knex.Transaction,
  { db, vault }: MakeDeps,
  use: KeyUse,
  leftBehind: 'taken-up' | 'discarded',
): Promise<SigningKeyRow> {
  for (const key of await signingKeys(trx, use, ['pending'])) {
    // TOMB: a version that was not stored is closed, so that the process that left it pending cannot store it any more.
    const settled = await vault.settleVersion(versionOf(key))
    if (settled === 'STORED' && leftBehind === 'taken-up') return key
    await trx('signing_keys').where({ id: key.id, state: 'pending' }).update({ state: 'retired' })
  }
  return makeKey(db, vault, use)
}

/** Makes the key sign from the commit on. */
export async function activate(trx: Knex.Transaction, { id }: Pick<SigningKeyRow, 'id'>): Promise<void> {
  const signsNow = { state: 'active', activated_at: trx.raw('clock_timestamp()') }
  const activated = await trx('signing_keys').where({ id, state: 'pending' }).update(signsNow)
  if (activated !== 1) throw new Error(`signing key ${id} is not pending any more`)
}

/** The vault's version that holds the private half. */
export function versionOf(key: Pick<SigningKeyRow, 'id' | 'secretId'>): VersionRef {
  return { organizationId: INSTALLATION_ORGANIZATION, secretId: key.secretId, versionId: key.id }
}

/** Commits the pending row on its own connection before the vault is asked, so that a crash leaves a trace. */
async function makeKey(db: Knex, vault: MakeDeps['vault'], use: KeyUse): Promise<SigningKeyRow> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const id = newId('version')
  const key: SigningKeyRow = { id, use, secretId: newId('secret'), publicJwk: publicJwk(publicKey, id), generation: 1 }
  await db('signing_keys').insert({
    id: key.id,
    use,
    secret_id: key.secretId,
    public_jwk: JSON.stringify(key.publicJwk),
    generation: key.generation,
    state: 'pending',
  })
  const value = new SecretBytes(privateKey.export({ format: 'der', type: 'pkcs8' }))
  try {
    const purpose = use === 'grant' ? 'GRANT_SIGNING' : 'OPERATIONAL'
    await vault.putSecret({ ...versionOf(key), generation: key.generation, purpose, value, bindings: NO_BINDINGS })
  } finally {
    value.wipe()
  }
  return key
}

/** @param key a public Ed25519 key, or a private one, of which the public half is used. */
export function publicJwk(key: KeyObject, kid: string): PublicJwk {
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  if (x === undefined) throw new Error('not an Ed25519 key')
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
}
