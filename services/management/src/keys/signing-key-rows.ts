import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** Grants and app sessions are signed with two keys, and say so by two `typ`s: neither passes for the other. */
export type KeyUse = 'grant' | 'session'
export const KEY_USES: readonly KeyUse[] = ['grant', 'session']

/** The public half as a JWK (RFC 8037). */
export interface PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

/**
 * pending: perhaps stored at the vault, used by nobody. active: signs. outgoing: signs no more, and verifies until the
 * last thing that it signed has ended. retired: verifies nothing, and is destroyed at the vault.
 */
export type KeyState = 'pending' | 'active' | 'outgoing' | 'retired'

export interface SigningKeyRow {
  /** Version id of the operational secret, and the `kid`. */
  readonly id: string
  readonly use: KeyUse
  readonly secretId: string
  readonly publicJwk: PublicJwk
  readonly generation: number
}

interface Record {
  readonly id: string
  readonly use: KeyUse
  readonly secret_id: string
  readonly public_jwk: PublicJwk
  readonly generation: string
}

/** States in which a key's signatures are believed. */
const VERIFYING: readonly KeyState[] = ['active', 'outgoing']

/** The keys of a use in these states, oldest first. */
export async function signingKeys(db: Knex, use: KeyUse, states: readonly KeyState[]): Promise<SigningKeyRow[]> {
  return found(
    db('signing_keys')
      .where({ use })
      .whereIn('state', [...states]),
  )
}

/** By what a session is believed. */
export interface SessionIssuer {
  readonly installationId: string
  /** Oldest first. */
  readonly keys: readonly SigningKeyRow[]
}

/** In one read: who has no route yet waits for it. @throws Error where the schema was never migrated. */
export async function sessionIssuer(db: Knex): Promise<SessionIssuer> {
  const records = await db('installation')
    .leftJoin('signing_keys', (join) =>
      join.onVal('signing_keys.use', 'session').onIn('signing_keys.state', [...VERIFYING]),
    )
    .orderBy('signing_keys.id')
    .select<(({ readonly id: null } | Record) & { readonly installation_id: string })[]>(
      'signing_keys.*',
      'installation.id as installation_id',
    )
  const [first] = records
  if (!first) throw neverMigrated()
  return {
    installationId: first.installation_id,
    keys: records.flatMap((record) => (record.id === null ? [] : toSigningKey(record))),
  }
}

/** Keys whose last signature has ended, by the database's clock. */
export function dueKeys(db: Knex): Promise<SigningKeyRow[]> {
  return found(db('signing_keys').where({ state: 'outgoing' }).whereRaw('retire_at <= clock_timestamp()'))
}

/** Keys that have signed for longer than that. */
export function agedKeys(db: Knex, days: number): Promise<SigningKeyRow[]> {
  const old = 'activated_at < clock_timestamp() - make_interval(days => ?)'
  return found(db('signing_keys').where({ state: 'active' }).whereRaw(old, [days]))
}

/** Pending for longer than that, while another is in force. Where none is, it is the first start's, which takes it up. */
export function keysLeftBehind(db: Knex, pendingMs: number): Promise<SigningKeyRow[]> {
  return found(
    db('signing_keys')
      .where({ state: 'pending' })
      .whereRaw(`created_at < clock_timestamp() - ? * interval '1 millisecond'`, [pendingMs])
      .whereIn('use', db('signing_keys').where({ state: 'active' }).select('use')),
  )
}

/** Withdrawn, and not known to be erased at the vault. */
export function undestroyedKeys(db: Knex): Promise<SigningKeyRow[]> {
  return found(db('signing_keys').where({ state: 'retired', destroyed_at: null }))
}

async function found(query: Knex.QueryBuilder): Promise<SigningKeyRow[]> {
  const records = await query.orderBy('id').select<Record[]>('*')
  return records.map(toSigningKey)
}

/**
 * The key that signs now. To be read together with what is signed: then nothing is signed by a key that was overtaken
 * before the reading, whatever this process remembers, and a rotation knows when the last signature ends.
 *
 * @throws Fault UNAVAILABLE before the first start has made one.
 */
export async function signingKeyInForce(db: Knex, use: KeyUse): Promise<SigningKeyRow> {
  const [key] = await signingKeys(db, use, ['active'])
  if (!key) throw new Fault('UNAVAILABLE', `no ${use} key has been made yet: the vault is away`)
  return key
}

function toSigningKey(record: Record): SigningKeyRow {
  return {
    id: record.id,
    use: record.use,
    secretId: record.secret_id,
    publicJwk: record.public_jwk,
    generation: Number(record.generation),
  }
}

/** Who signs: the installation. @throws Error where the schema was never migrated. */
export async function installationId(db: Knex): Promise<string> {
  const row = await db('installation').first<{ id: string } | undefined>('id')
  if (!row) throw neverMigrated()
  return row.id
}

function neverMigrated(): Error {
  return new Error('the installation has no id: run the migrate command')
}
