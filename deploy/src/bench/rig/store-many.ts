import { query } from '../../system/query.js'
import type { RunningSystem } from '../../system/start-system.js'

const LIMITS = {
  /**
   * An organization may have 500 services and 2,000 secrets. Fewer are stored for each one here, so that queries which
   * read all organizations show in the figures as well.
   */
  perOrganization: 50,
} as const

type Stores = Pick<RunningSystem, 'databases'>

/**
 * Stores secrets, services and links as management writes them, and versions and data keys as the vault does. None of
 * the secrets can be opened. Settles after a VACUUM ANALYZE, so that Postgres does not start that work while rows are
 * measured.
 */
export async function storeMany({ databases }: Stores, count: number): Promise<void> {
  const values = [count, Math.ceil(count / LIMITS.perOrganization)]
  await run(databases.management.adminUrl, [
    ...[ORGANIZATIONS, APPS].map((text): Statement => [text, values.slice(1)]),
    ...[SECRETS, SECRET_VERSIONS, SERVICES, SERVICE_SECRETS, LINKS].map((text): Statement => [text, values]),
    TIDY,
  ])
  await run(databases.vault.adminUrl, [[DATA_KEYS, values.slice(1)], [VERSIONS, values], TIDY])
}

/**
 * What autovacuum does within a minute of many writes. Until then a row that only an index was asked for is fetched all
 * the same, to see whether it is visible.
 */
export async function tidy({ databases }: Stores): Promise<void> {
  for (const { adminUrl } of [databases.management, databases.vault]) await run(adminUrl, [TIDY])
}

/** Removes everything that `storeMany` stored. */
export async function forgetMany({ databases }: Stores): Promise<void> {
  const removed = (table: string): Statement[] => [
    [`DELETE FROM ${table} WHERE organization_id LIKE 'org\\_bulk\\_%'`, []],
    // Vacuumed at once, because each row deleted from the next table is looked up in the tables that refer to it.
    [`VACUUM ${table}`, []],
  ]
  await run(databases.management.adminUrl, [
    // The product has no index from a secret's id alone to its versions, because it never deletes the row of a secret.
    ['CREATE INDEX secret_versions_bulk ON secret_versions (secret_id)', []],
    ...['links', 'service_secrets', 'services', 'secret_versions', 'secrets', 'apps'].flatMap(removed),
    ['DROP INDEX secret_versions_bulk', []],
    [`DELETE FROM organizations WHERE id LIKE 'org\\_bulk\\_%'`, []],
    TIDY,
  ])
  await run(databases.vault.adminUrl, [...['versions', 'data_keys'].flatMap(removed), TIDY])
}

type Statement = readonly [text: string, values: readonly number[]]

const TIDY: Statement = ['VACUUM ANALYZE', []]

async function run(url: string, statements: readonly Statement[]): Promise<void> {
  for (const [text, values] of statements) await query(url, text, values)
}

const ORGANIZATIONS = `
  INSERT INTO organizations (id, slug, name, state)
  SELECT 'org_bulk_' || o, 'bulk-' || o, 'Bulk', 'active' FROM generate_series(0, $1::int - 1) o`

const APPS = `
  INSERT INTO apps (id, organization_id, slug, name, platform, token, policy)
  SELECT 'app_bulk_' || o, 'org_bulk_' || o, 'bulk', 'Bulk', 'ios', 'pma_app_bulk_' || o, 'enforce'
  FROM generate_series(0, $1::int - 1) o`

const SECRETS = `
  INSERT INTO secrets (id, organization_id, name, state, generation, version_id, mask, bindings, created_by)
  SELECT 'sec_bulk_' || n, 'org_bulk_' || n % $2::int, 'BULK_' || n, 'active', 1, 'ver_bulk_' || n, 'sk-…', '{}', 'bench'
  FROM generate_series(1, $1::int) n`

const SECRET_VERSIONS = `
  INSERT INTO secret_versions (id, organization_id, secret_id, generation, state, mask, bindings, created_by, settled_at)
  SELECT 'ver_bulk_' || n, 'org_bulk_' || n % $2::int, 'sec_bulk_' || n, 1, 'active', 'sk-…', '{}', 'bench', now()
  FROM generate_series(1, $1::int) n`

const SERVICES = `
  INSERT INTO services (id, organization_id, slug, name, base_url, auth, extra_headers, methods, paths, limits, timeout_ms)
  SELECT 'svc_bulk_' || n, 'org_bulk_' || n % $2::int, 'bulk-' || n, 'bulk', 'https://api.example.com', '{}', '[]', '{}', '{}',
    '[]', 30000
  FROM generate_series(1, $1::int) n`

const SERVICE_SECRETS = `
  INSERT INTO service_secrets (organization_id, service_id, secret_id)
  SELECT 'org_bulk_' || n % $2::int, 'svc_bulk_' || n, 'sec_bulk_' || n FROM generate_series(1, $1::int) n`

const LINKS = `
  INSERT INTO links (id, organization_id, app_id, service_id)
  SELECT 'lnk_bulk_' || n, 'org_bulk_' || n % $2::int, 'app_bulk_' || n % $2::int, 'svc_bulk_' || n
  FROM generate_series(1, $1::int) n`

const DATA_KEYS = `
  INSERT INTO data_keys (organization_id, id, version, floor, state)
  SELECT 'org_bulk_' || o, 'key_bulk_' || o, 1, 1, 'active' FROM generate_series(0, $1::int - 1) o`

const VERSIONS = `
  INSERT INTO versions (organization_id, secret_id, version_id, state, generation, purpose, bindings, key_id, key_version,
    sealed)
  SELECT 'org_bulk_' || n % $2::int, 'sec_bulk_' || n, 'ver_bulk_' || n, 'stored', 1, 'injection', '{}',
    'key_bulk_' || n % $2::int, 1, '\\x00'
  FROM generate_series(1, $1::int) n`
