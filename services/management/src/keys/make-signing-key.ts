import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { VaultClient, VersionRef } from '../vault/vault-client.js'
import { type KeyUse, type PublicJwk, type SigningKeyRow, signingKeys } from './signing-key-rows.js'

export interface MakeDeps {
  /** For the intent, which is committed apart from the transaction that holds the lock. */
  readonly db: Knex
  readonly vault: Pick<VaultClient, 'putSecret' | 'settleVersion'>
}

/** A transaction's advisory lock (never a session's: a pooler breaks those). The number is ours and means this alone. */
const LOCK = 74_110_602
const NO_BINDINGS = { origins: [], placements: [], services: [] } as const

/** One at a time makes or exchanges signing keys, of all managements. Held to the end of the transaction. */
export async function lockSigningKeys(trx: Knex.Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [LOCK])
}

/**
 * A key that is stored at the vault, still pending here: activated by the caller, in the same transaction. Call it under
 * the lock. What a dead management left pending is settled at the vault first, and taken up where it was stored, so that
 * no private key lies about unused; not so where `leftBehind` is `discarded`, because a key that lay about while another
 * leaked is not trusted.
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
    // TOMB: closed unless stored, so that whoever left it cannot store it any more.
    const settled = await vault.settleVersion(versionOf(key))
    if (settled === 'STORED' && leftBehind === 'taken-up') return key
    await trx('signing_keys').where({ id: key.id, state: 'pending' }).update({ state: 'retired' })
  }
  return makeKey(db, vault, use)
}

/** Signs from the commit on. */
export async function activate(trx: Knex.Transaction, { id }: Pick<SigningKeyRow, 'id'>): Promise<void> {
  const signsNow = { state: 'active', activated_at: trx.raw('clock_timestamp()') }
  const activated = await trx('signing_keys').where({ id, state: 'pending' }).update(signsNow)
  if (activated !== 1) throw new Error(`signing key ${id} is not pending any more`)
}

/** Where the private half is. */
export function versionOf(key: Pick<SigningKeyRow, 'id' | 'secretId'>): VersionRef {
  return { organizationId: INSTALLATION_ORGANIZATION, secretId: key.secretId, versionId: key.id }
}

/** The pending row is committed on a connection of its own, before the vault is asked: a crash leaves a trace. */
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

/** @param key a public Ed25519 key, or a private one whose public half is taken. */
export function publicJwk(key: KeyObject, kid: string): PublicJwk {
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  if (x === undefined) throw new Error('not an Ed25519 key')
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
}
