import pg from 'pg'
import type { RunningSystem } from '../../system/start-system.js'
import type { BenchApp, Owner } from './provision.js'

/** Secrets and routes as management and the vault write them, of one organization and app. None of them can be opened. */
export async function storeMany(
  { databases }: Pick<RunningSystem, 'databases'>,
  { organizationId }: Owner,
  { id: appId }: BenchApp,
  count: number,
): Promise<void> {
  await run(databases.management.adminUrl, [
    [SECRETS, [organizationId, count]],
    [SERVICES, [organizationId, count]],
    [SERVICE_SECRETS, [organizationId, count]],
    [LINKS, [organizationId, count, appId]],
    ['ANALYZE', []],
  ])
  await run(databases.vault.adminUrl, [
    [VERSIONS, [organizationId, count]],
    ['ANALYZE', []],
  ])
}

type Statement = readonly [text: string, values: readonly (string | number)[]]

async function run(url: string, statements: readonly Statement[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const [text, values] of statements) await client.query(text, [...values])
  } finally {
    await client.end()
  }
}

const SECRETS = `
  INSERT INTO secrets (id, organization_id, name, state, generation, version_id, mask, bindings, created_by)
  SELECT 'sec_bulk_' || n, $1, 'BULK_' || n, 'active', 1, 'ver_bulk_' || n, 'sk-…', '{}', 'bench'
  FROM generate_series(1, $2::int) n`

const SERVICES = `
  INSERT INTO services (id, organization_id, slug, name, base_url, auth, extra_headers, methods, paths, limits, timeout_ms)
  SELECT 'svc_bulk_' || n, $1, 'bulk-' || n, 'bulk', 'https://api.example.com', '{}', '[]', '{}', '{}', '[]', 30000
  FROM generate_series(1, $2::int) n`

const SERVICE_SECRETS = `
  INSERT INTO service_secrets (organization_id, service_id, secret_id)
  SELECT $1, 'svc_bulk_' || n, 'sec_bulk_' || n FROM generate_series(1, $2::int) n`

const LINKS = `
  INSERT INTO links (id, organization_id, app_id, service_id)
  SELECT 'lnk_bulk_' || n, $1, $3, 'svc_bulk_' || n FROM generate_series(1, $2::int) n`

const VERSIONS = `
  INSERT INTO versions (organization_id, secret_id, version_id, state, generation, purpose, bindings, sealed)
  SELECT $1, 'sec_bulk_' || n, 'ver_bulk_' || n, 'stored', 1, 'injection', '{}', '\\x00'
  FROM generate_series(1, $2::int) n`
