import pg from 'pg'
import { compareCpu, noteOf } from '../measure/compare.js'
import { median } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import type { Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import type { Row } from '../row.js'

const STORED = 100_000

/** A request costs the same, however many secrets and routes lie in the databases. */
export const storedNumber: Row = {
  name: 'stored-number',
  async measure(rig) {
    const service = await rig.service('fixed')
    const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('fixed')]
    const measure = async () => {
      const session = await buySession(proxy.port, rig.app)
      return compareCpu(
        rig,
        { pid: proxy.pid, shot: jsonPost(proxy.port, service, session) },
        { pid: bare.pid, shot: jsonPost(bare.port, service, session) },
      )
    }
    const few = await measure()
    await rig.progress.step(`${STORED} secrets and routes by SQL`, () => store(rig))
    const many = await measure()
    return [
      {
        what: 'cost of a request with 10 → 100,000 secrets and routes stored',
        value: median(many.ratios) / median(few.ratios),
        unit: 'ratio',
        goal: { atLeast: 0.9 },
        note: `before: ${noteOf(few)}; after: ${noteOf(many)}`,
      },
    ]
  },
}

/** Rows as management and the vault write them, of one organization of their own. */
async function store({ system, owner }: Rig): Promise<void> {
  const { management, vault } = system.databases
  await run(management.adminUrl, MANAGEMENT, owner.organizationId)
  await run(vault.adminUrl, VAULT, owner.organizationId)
}

async function run(url: string, statements: readonly string[], organizationId: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements)
      await client.query(statement, statement.includes('$2') ? [organizationId, STORED] : [])
  } finally {
    await client.end()
  }
}

const MANAGEMENT = [
  `INSERT INTO secrets (id, organization_id, name, state, generation, version_id, mask, bindings, created_by)
   SELECT 'sec_bulk_' || n, $1, 'BULK_' || n, 'active', 1, 'ver_bulk_' || n, 'sk-…', '{}', 'bench'
   FROM generate_series(1, $2::int) n`,
  `INSERT INTO services (id, organization_id, slug, name, base_url, auth, extra_headers, methods, paths, limits, timeout_ms)
   SELECT 'svc_bulk_' || n, $1, 'bulk-' || n, 'bulk', 'https://api.example.com', '{}', '[]', '{}', '{}', '[]', 30000
   FROM generate_series(1, $2::int) n`,
  `INSERT INTO service_secrets (organization_id, service_id, secret_id)
   SELECT $1, 'svc_bulk_' || n, 'sec_bulk_' || n FROM generate_series(1, $2::int) n`,
  `INSERT INTO links (id, organization_id, app_id, service_id)
   SELECT 'lnk_bulk_' || n, $1, (SELECT id FROM apps WHERE organization_id = $1 LIMIT 1), 'svc_bulk_' || n
   FROM generate_series(1, $2::int) n`,
  'ANALYZE',
]

const VAULT = [
  `INSERT INTO versions (organization_id, secret_id, version_id, state, generation, purpose, bindings, sealed)
   SELECT $1, 'sec_bulk_' || n, 'ver_bulk_' || n, 'stored', 1, 'injection', '{}', '\\x00'
   FROM generate_series(1, $2::int) n`,
  'ANALYZE',
]
