import { connectPostgres, type PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import { bringUpToDate, type Schema } from '@protectmyapi/service-kit/postgres/schema'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { vaultTables } from './migrations/0001-vault.js'
import { vaultKeysTables } from './migrations/0001-vault-keys.js'
import { signedHeads } from './migrations/0002-signed-heads.js'
import { wrappedUnder } from './migrations/0002-wrapped-under.js'
import { dataKeyRotation } from './migrations/0003-data-key-rotation.js'
import { headKeysInTurn } from './migrations/0004-head-keys.js'
import { leaseAuditRetention } from './migrations/0005-lease-audit-retention.js'

/** A database, the role that owns its schema, and the role that serves from it. */
export interface MigrationTarget {
  readonly owner: PostgresTarget
  readonly runtimeRole: string
}

/**
 * Rights of the runtime role. It has no DDL, and can neither change nor remove rows of the lease audit, except through
 * the pruning function.
 */
const VAULT_RIGHTS = {
  installation: 'SELECT',
  data_keys: 'SELECT, INSERT, UPDATE',
  versions: 'SELECT, INSERT, UPDATE',
  pinned_grant_keys: 'SELECT, INSERT, DELETE',
  lease_audit: 'SELECT, INSERT',
  // Sealed anew when its data key is rotated. The id is bound into the seal and never changes.
  head_key: 'SELECT, INSERT, UPDATE (key_id, key_version, sealed, state)',
  signed_heads: 'SELECT, INSERT, UPDATE',
} as const
const VAULT_KEYS_RIGHTS = {
  // Wrapped anew under another master key. The owning organization never changes.
  wrapped_keys: 'SELECT, INSERT, DELETE, UPDATE (wrapped, master_key, wrapped_at)',
  rewrap: 'SELECT, INSERT, UPDATE',
} as const

export const VAULT_SCHEMA: Schema = {
  migrations: [vaultTables, signedHeads, dataKeyRotation, headKeysInTurn, leaseAuditRetention],
  rights: VAULT_RIGHTS,
  functions: ['prune_lease_audit(integer, integer)'],
}
export const VAULT_KEYS_SCHEMA: Schema = { migrations: [vaultKeysTables, wrappedUnder], rights: VAULT_KEYS_RIGHTS }

/** Migrates both schemas and grants the runtime roles. Returns the names of the migrations that ran. */
export async function migrateVault(
  vault: MigrationTarget,
  vaultKeys: MigrationTarget,
  log: Logger,
): Promise<readonly string[]> {
  // vault_keys first, because it is also written first.
  const keys = await migrateOne(vaultKeys, VAULT_KEYS_SCHEMA, log)
  return [...keys, ...(await migrateOne(vault, VAULT_SCHEMA, log))]
}

async function migrateOne(
  { owner, runtimeRole }: MigrationTarget,
  schema: Schema,
  log: Logger,
): Promise<readonly string[]> {
  const db = connectPostgres(owner, 'protectmyapi-vault-migrate')
  try {
    return await bringUpToDate(db, schema, { role: runtimeRole, log })
  } finally {
    await db.destroy()
  }
}
