import { newId } from '@protectmyapi/service-kit/ids'
import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'
import { connectPostgres, type PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import { bringUpToDate, type Schema } from '@protectmyapi/service-kit/postgres/schema'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { people } from './migrations/0001-people.js'
import { secrets } from './migrations/0002-secrets.js'
import { catalog } from './migrations/0003-catalog.js'
import { feed } from './migrations/0004-feed.js'
import { trail } from './migrations/0005-trail.js'
import { externalVersions } from './migrations/0006-external-versions.js'
import { automation } from './migrations/0007-automation.js'
import { accessSetAside } from './migrations/0008-access-set-aside.js'
import { signingKeyRotation } from './migrations/0009-signing-keys.js'
import { quotas } from './migrations/0010-quotas.js'
import { chains } from './migrations/0011-chains.js'
import { chainWhatIsThere } from './migrations/0012-chain-what-is-there.js'
import { chainRetention } from './migrations/0013-chain-retention.js'
import { internalServices } from './migrations/0014-internal-services.js'
import { leaseKeys } from './migrations/0015-lease-keys.js'
import { serviceGrants } from './migrations/0016-service-grants.js'
import { accessLogIndexes } from './migrations/0017-access-log-indexes.js'
import { forwardTraceContext } from './migrations/0018-forward-trace-context.js'
import { signedHeadsInOrder } from './migrations/0019-signed-heads-in-order.js'
import { unshreddedOrganizations } from './migrations/0020-unshredded-organizations.js'
import { proofsOfProxies } from './migrations/0021-proofs-of-proxies.js'
import { whoSaidBindings } from './migrations/0022-who-said-bindings.js'
import { formerSlugs } from './migrations/0023-former-slugs.js'
import { whoRenamedSecrets } from './migrations/0024-who-renamed-secrets.js'
import { attestation } from './migrations/0025-attestation.js'
import { attestationCredentials } from './migrations/0026-attestation-credentials.js'
import { usage } from './migrations/0027-usage.js'

/** A database, the role that owns its schema, and the role that serves from it. */
export interface MigrationTarget {
  readonly owner: PostgresTarget
  readonly runtimeRole: string
}

const MIGRATIONS: readonly Migration[] = [
  people,
  secrets,
  catalog,
  feed,
  trail,
  externalVersions,
  automation,
  accessSetAside,
  signingKeyRotation,
  quotas,
  chains,
  chainWhatIsThere,
  chainRetention,
  internalServices,
  leaseKeys,
  serviceGrants,
  accessLogIndexes,
  forwardTraceContext,
  signedHeadsInOrder,
  unshreddedOrganizations,
  proofsOfProxies,
  whoSaidBindings,
  formerSlugs,
  whoRenamedSecrets,
  attestation,
  attestationCredentials,
  usage,
]

/**
 * What the runtime role may do. It has no DDL, and can only add to the audit trail, the access log, and the links and
 * signed heads of their chains. The inbox has UPDATE because locking a row takes it.
 */
const RIGHTS = {
  installation: 'SELECT, UPDATE',
  users: 'SELECT, INSERT, UPDATE',
  sign_ins: 'SELECT, INSERT, UPDATE, DELETE',
  sign_in_attempts: 'SELECT, INSERT, DELETE',
  organizations: 'SELECT, INSERT, UPDATE',
  former_slugs: 'SELECT, INSERT, DELETE',
  members: 'SELECT, INSERT, UPDATE, DELETE',
  invitations: 'SELECT, INSERT, UPDATE',
  secrets: 'SELECT, INSERT, UPDATE',
  secret_versions: 'SELECT, INSERT, UPDATE',
  signing_keys: 'SELECT, INSERT, UPDATE',
  services: 'SELECT, INSERT, UPDATE',
  service_secrets: 'SELECT, INSERT, DELETE',
  internal_services: 'SELECT, INSERT, DELETE',
  service_uses: 'SELECT, INSERT, UPDATE',
  apps: 'SELECT, INSERT, UPDATE',
  links: 'SELECT, INSERT, DELETE',
  debug_tokens: 'SELECT, INSERT, UPDATE',
  devices: 'SELECT, INSERT, UPDATE',
  app_attest_keys: 'SELECT, INSERT, UPDATE',
  app_check_tokens: 'SELECT, INSERT, UPDATE, DELETE',
  used_challenges: 'SELECT, INSERT, DELETE',
  app_sessions: 'SELECT, INSERT, UPDATE, DELETE',
  attestation_credentials: 'SELECT, INSERT, UPDATE',
  feed_counter: 'SELECT, UPDATE',
  feed: 'SELECT, INSERT, UPDATE, DELETE',
  proxies: 'SELECT, INSERT, UPDATE, DELETE',
  audit: 'SELECT, INSERT',
  access_inbox: 'SELECT, INSERT, UPDATE, DELETE',
  access_log: 'SELECT, INSERT',
  access_set_aside: 'SELECT, INSERT',
  access_watermarks: 'SELECT, INSERT, UPDATE, DELETE',
  chain_heads: 'SELECT, INSERT, UPDATE',
  chain_batches: 'SELECT, INSERT',
  chain_checkpoints: 'SELECT, INSERT',
  chain_signer: 'SELECT, UPDATE',
  usage_cursors: 'SELECT, INSERT, UPDATE',
  usage_tally: 'SELECT, UPDATE',
  usage_hours: 'SELECT, INSERT, UPDATE, DELETE',
  usage_secrets: 'SELECT, INSERT, UPDATE, DELETE',
  usage_faults: 'SELECT, INSERT, UPDATE, DELETE',
  usage_versions: 'SELECT, INSERT, DELETE',
  usage_open: 'SELECT, INSERT, DELETE',
  usage_early: 'SELECT, INSERT, DELETE',
  rate_buckets: 'SELECT, INSERT, UPDATE, DELETE',
  quota_counters: 'SELECT, INSERT, UPDATE, DELETE',
  idempotency_records: 'SELECT, INSERT, UPDATE, DELETE',
  personal_tokens: 'SELECT, INSERT, UPDATE, DELETE',
} as const

const SEQUENCES = ['chain_batch_ids'] as const
const FUNCTIONS = [
  'make_access_partition(date)',
  'drop_access_partition(date)',
  'drop_chain_links(text, bigint)',
] as const

export const MANAGEMENT_SCHEMA: Schema = { migrations: MIGRATIONS, rights: RIGHTS, functions: FUNCTIONS }

/**
 * Brings the schema up to date, names the installation, and grants the runtime role. Returns which migrations ran. Safe
 * to repeat.
 */
export async function migrateManagement(
  { owner, runtimeRole }: MigrationTarget,
  log: Logger,
): Promise<readonly string[]> {
  const db = connectPostgres(owner, 'protectmyapi-management-migrate')
  try {
    return await bringUpToDate(db, MANAGEMENT_SCHEMA, {
      role: runtimeRole,
      log,
      more: async (trx) => {
        await trx('installation')
          .insert({ id: newId('installation') })
          .onConflict('only_row')
          .ignore()
        for (const name of SEQUENCES) await trx.raw('GRANT USAGE ON SEQUENCE ?? TO ??', [name, runtimeRole])
      },
    })
  } finally {
    await db.destroy()
  }
}
