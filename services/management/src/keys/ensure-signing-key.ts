import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { SecretBytes } from '@protectmyapi/service-kit/secret-text'
import { systemActor } from '../audit/audit-entry.js'
import { createCommitOnly } from '../feed/commit-change.js'
import type { VaultClient, VersionRef } from '../vault/vault-client.js'
import { type KeyUse, type PublicJwk, type SigningKeyRow, signingKeys } from './signing-key-rows.js'

export interface EnsureDeps {
  readonly db: Knex
  readonly vault: Pick<VaultClient, 'putSecret' | 'settleVersion'>
}

const FIRST_START = systemActor('first-start')
/** A transaction's advisory lock (never a session's: a pooler breaks those). The number is ours and means this alone. */
const LOCK = 74_110_602
const NO_BINDINGS = { origins: [], placements: [], services: [] } as const

/**
 * The signing key in force of a use; the first start makes it. Safe for several managements at once (one lock) and for
 * a crash between any two steps: what a dead one left pending is settled at the vault first, and taken up where it was
 * stored, so that no private key lies about unused.
 *
 * @throws Fault UNAVAILABLE while the vault is away.
 */
export async function ensureSigningKey({ db, vault }: EnsureDeps, use: KeyUse): Promise<SigningKeyRow> {
  const [active] = await signingKeys(db, use, 'active')
  if (active) return active
  const { result } = await createCommitOnly(db)(FIRST_START, async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [LOCK])
    const [meanwhile] = await signingKeys(trx, use, 'active')
    if (meanwhile) return { result: meanwhile, feed: [], audit: [] }
    const key = (await takeUpLeftBehind(trx, vault, use)) ?? (await makeKey(db, vault, use))
    await trx('signing_keys').where({ id: key.id, state: 'pending' }).update({ state: 'active' })
    return {
      result: key,
      feed: [{ kind: 'signing-key', id: key.id, generation: key.generation }],
      audit: [{ organizationId: null, event: 'signing-key.created', targetId: key.id, details: { use } }],
    }
  })
  return result
}

/** Where the private half is. */
export function versionOf(key: SigningKeyRow): VersionRef {
  return { organizationId: INSTALLATION_ORGANIZATION, secretId: key.secretId, versionId: key.id }
}

async function takeUpLeftBehind(
  trx: Knex,
  vault: EnsureDeps['vault'],
  use: KeyUse,
): Promise<SigningKeyRow | undefined> {
  for (const key of await signingKeys(trx, use, 'pending')) {
    // TOMB: closed unless stored, so that whoever left it cannot store it any more.
    if ((await vault.settleVersion(versionOf(key))) === 'STORED') return key
    await trx('signing_keys').where({ id: key.id, state: 'pending' }).update({ state: 'retired' })
  }
  return undefined
}

/** The pending row is committed on a connection of its own, before the vault is asked: a crash leaves a trace. */
async function makeKey(db: Knex, vault: EnsureDeps['vault'], use: KeyUse): Promise<SigningKeyRow> {
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
