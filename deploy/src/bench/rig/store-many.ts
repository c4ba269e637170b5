import { query } from '../../system/query.js'
import type { RunningSystem } from '../../system/start-system.js'

const LIMITS = {
  /** An organization may have 500 services and 2,000 secrets: what is stored lies in many. */
  perOrganization: 500,
} as const

/** Secrets, services and links as management writes them, versions as the vault does. None of these can be opened. */
export async function storeMany({ databases }: Pick<RunningSystem, 'databases'>, count: number): Promise<void> {
  const organizations = Math.ceil(count / LIMITS.perOrganization)
  await run(databases.management.adminUrl, [
    [ORGANIZATIONS, [organizations]],
    [APPS, [organizations]],
    ...[SECRETS, SERVICES, SERVICE_SECRETS, LINKS].map((text): Statement => [text, [count, organizations]]),
    ['ANALYZE', []],
  ])
  await run(databases.vault.adminUrl, [
    [VERSIONS, [count, organizations]],
    ['ANALYZE', []],
  ])
}

type Statement = readonly [text: string, values: readonly number[]]

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

const VERSIONS = `
  INSERT INTO versions (organization_id, secret_id, version_id, state, generation, purpose, bindings, sealed)
  SELECT 'org_bulk_' || n % $2::int, 'sec_bulk_' || n, 'ver_bulk_' || n, 'stored', 1, 'injection', '{}', '\\x00'
  FROM generate_series(1, $1::int) n`
