import { expect, it } from '@jest/globals'
import { connectedDatabase } from '@protectmyapi/dev-kit/postgres/connected-database'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { migrate } from '@protectmyapi/service-kit/postgres/migrate'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { memoryVault } from '../test/memory-vault.js'
import { verdictsOfAll } from '../test/verdicts-of-all.js'
import { migrateManagement } from './migrate-management.js'
import { people } from './migrations/0001-people.js'
import { secrets } from './migrations/0002-secrets.js'
import { catalog } from './migrations/0003-catalog.js'
import { feed } from './migrations/0004-feed.js'
import { trail } from './migrations/0005-trail.js'
import { externalVersions } from './migrations/0006-external-versions.js'
import { automation } from './migrations/0007-automation.js'
import { accessSetAside } from './migrations/0008-access-set-aside.js'

const log = createLogger('test', 'silent')

const { db, target } = await startForAllTests(connectedDatabase)

it('the migration to chains puts existing entries of the access log and the audit trail into chains that verify', async () => {
  await migrate(db, [people, secrets, catalog, feed, trail, externalVersions, automation, accessSetAside], log)
  await db.raw(`
    SELECT make_access_partition(current_date), make_access_partition(current_date - 1);
    INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry)
    SELECT current_date - n % 2, 'boot_1', 0, n, 'void', now(), 'req', 'org_' || n % 3, jsonb_build_object('n', n)
    FROM generate_series(1, 4500) AS n;
    INSERT INTO audit (id, organization_id, actor_kind, actor_id, event)
    SELECT 'aud_' || n, CASE WHEN n % 2 = 0 THEN 'org_0' END, 'system', 'x', 'a.b' FROM generate_series(1, 2500) AS n;
  `)
  await migrateManagement({ owner: target, runtimeRole: target.user }, log)
  const entries: Record<string, number> = {}
  for await (const verdict of verdictsOfAll({ db, vault: memoryVault() })) {
    expect(verdict).toMatchObject({ ok: true })
    entries[verdict.chain] = verdict.entries
  }
  expect(entries).toEqual({
    'access-log/org_0': 1500,
    'access-log/org_1': 1500,
    'access-log/org_2': 1500,
    'audit/org_0': 1250,
    'audit/org_1': 0,
    'audit/org_2': 0,
    'audit/org_installation': 1250,
    'access-log/org_installation': 0,
  })
})
