import type { Knex } from '@protectmyapi/service-kit/postgres'

/** Grants and app sessions are signed with two keys, and say so by two `typ`s: neither passes for the other. */
export type KeyUse = 'grant' | 'session'

/** The public half as a JWK (RFC 8037). */
export interface PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

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

/** The keys of a use in one state, oldest first. */
export async function signingKeys(db: Knex, use: KeyUse, state: 'pending' | 'active'): Promise<SigningKeyRow[]> {
  const records = await db('signing_keys').where({ use, state }).orderBy('id').select<Record[]>('*')
  return records.map((record) => ({
    id: record.id,
    use: record.use,
    secretId: record.secret_id,
    publicJwk: record.public_jwk,
    generation: Number(record.generation),
  }))
}

/** Who signs: the installation. @throws Error where the schema was never migrated. */
export async function installationId(db: Knex): Promise<string> {
  const row = await db('installation').first<{ id: string } | undefined>('id')
  if (!row) throw new Error('the installation has no id: run the migrate command')
  return row.id
}
