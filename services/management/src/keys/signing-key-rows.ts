import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** Grants and app sessions have different keys and different `typ`s, so that neither passes for the other. */
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
 * pending: perhaps stored at the vault, not used yet. active: signs. outgoing: signs no more, but verifies until the
 * last thing that it signed has ended. retired: verifies nothing; the vault destroys it.
 */
export type KeyState = 'pending' | 'active' | 'outgoing' | 'retired'

export interface SigningKeyRow {
  /** Version id of the operational secret; also the `kid`. */
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

/** What a proxy needs to verify sessions. */
export interface SessionIssuer {
  readonly installationId: string
  /** Oldest first. */
  readonly keys: readonly SigningKeyRow[]
}

/** One query, because requests without a route wait for it. @throws Error where the schema was never migrated. */
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

/** Outgoing keys whose last signature has ended, by the database's clock. */
export function dueKeys(db: Knex): Promise<SigningKeyRow[]> {
  return found(db('signing_keys').where({ state: 'outgoing' }).whereRaw('retire_at <= clock_timestamp()'))
}

/** Active keys that have signed for more than `days`. */
export function agedKeys(db: Knex, days: number): Promise<SigningKeyRow[]> {
  const old = 'activated_at < clock_timestamp() - make_interval(days => ?)'
  return found(db('signing_keys').where({ state: 'active' }).whereRaw(old, [days]))
}

/** Keys pending for longer than `pendingMs` while another is active. If none is, the first start takes them up. */
export function keysLeftBehind(db: Knex, pendingMs: number): Promise<SigningKeyRow[]> {
  return found(
    db('signing_keys')
      .where({ state: 'pending' })
      .whereRaw(`created_at < clock_timestamp() - ? * interval '1 millisecond'`, [pendingMs])
      .whereIn('use', db('signing_keys').where({ state: 'active' }).select('use')),
  )
}

/** Retired keys that are not known to be erased at the vault. */
export function undestroyedKeys(db: Knex): Promise<SigningKeyRow[]> {
  return found(db('signing_keys').where({ state: 'retired', destroyed_at: null }))
}

async function found(query: Knex.QueryBuilder): Promise<SigningKeyRow[]> {
  const records = await query.orderBy('id').select<Record[]>('*')
  return records.map(toSigningKey)
}

/**
 * The key that signs now. Read it together with what is signed. Then a key that was replaced before the reading signs
 * nothing, whatever this process still holds, and a rotation knows when the last signature ends.
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

/** The id of this installation, the issuer of what is signed. @throws Error where the schema was never migrated. */
export async function installationId(db: Knex): Promise<string> {
  const row = await db('installation').first<{ id: string } | undefined>('id')
  if (!row) throw neverMigrated()
  return row.id
}

function neverMigrated(): Error {
  return new Error('the installation has no id: run the migrate command')
}
