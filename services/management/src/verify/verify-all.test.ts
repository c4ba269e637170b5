import { expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { chainHarness } from '../test/chain-harness.js'
import { furnishTrail } from '../test/furnished-trail.js'
import { verdictsOfAll } from '../test/verdicts-of-all.js'

const harness = await startForAllTests(chainHarness)
const trail = await furnishTrail(harness, 'audit')
await harness.db('organizations').insert({ id: newId('organization'), slug: 'idle', name: 'Idle', state: 'active' })

/** The chains, and kinds of breaks, that are found after an alteration that is then taken back. */
async function foundOf(
  alter: (db: Knex) => Promise<unknown>,
): Promise<readonly (readonly [string, string | undefined])[]> {
  const trx = await harness.db.transaction()
  try {
    await alter(trx)
    const found: (readonly [string, string | undefined])[] = []
    for await (const { chain, ok, breaks } of verdictsOfAll({ db: trx, vault: harness.vault }))
      if (!ok) found.push([chain, breaks[0]?.kind])
    return found
  } finally {
    await trx.rollback()
  }
}

it('verifying everything gives one verdict for every chain, also of organizations without records', async () => {
  const chains: string[] = []
  for await (const { chain, ok } of verdictsOfAll(harness)) {
    expect([chain, ok]).toEqual([chain, true])
    chains.push(chain)
  }
  expect(chains).toHaveLength(6)
  expect(new Set(chains).size).toBe(6)
  expect(chains).toEqual(expect.arrayContaining(['audit/org_installation', trail.chain]))
})

const insertEntry = (organizationId: string) => (db: Knex) =>
  db('audit').insert({
    id: 'aud_x',
    organization_id: organizationId,
    actor_kind: 'user',
    actor_id: 'x',
    event: 'x',
    batch: 1,
  })

const insertAccess = (organizationId: string) => (db: Knex) =>
  db.raw(
    `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, batch)
     VALUES (current_date, 'boot', 1, 1, 'void', now(), 'req', ?, '{}', 1)`,
    [organizationId],
  )

it.each<[string, (db: Knex) => Promise<unknown>, string, string]>([
  [
    'removes an organization’s records with all that names it: the vault has its name',
    async (db) => {
      for (const table of ['chain_heads', 'chain_batches', 'chain_checkpoints'])
        await db(table).where({ chain: trail.chain }).delete()
      await db('audit').where({ organization_id: trail.organizationId }).delete()
    },
    'own',
    'truncated',
  ],
  ['adds an entry of an organization that there is not', insertEntry('org_else'), 'audit/org_else', 'entry-extra'],
  ['adds an entry of one that no organization can be', insertEntry('a b'), 'audit/a b', 'chain-unknown'],
  ['adds an entry of one without a name', insertEntry(''), 'audit/', 'chain-unknown'],
  ['adds access to the installation', insertAccess('org_installation'), 'access-log/org_installation', 'entry-extra'],
  ['adds access of an organization that there is not', insertAccess('org_else'), 'access-log/org_else', 'entry-extra'],
  [
    'keeps links of a chain that there is not',
    (db) => db.raw(`INSERT INTO chain_batches VALUES ('audit/org_else', 1, 1, current_date, 0, '', '')`),
    'audit/org_else',
    'link-extra',
  ],
  [
    'keeps a signed head of a chain that there is not',
    (db) => db.raw(`INSERT INTO chain_checkpoints VALUES ('audit/org_else', 1, '', 0, '', '')`),
    'audit/org_else',
    'signed-head-extra',
  ],
  [
    'keeps a head of a name that no chain has',
    (db) => db('chain_heads').insert({ chain: 'audit/org_a/b', count: 0 }),
    'audit/org_a/b',
    'chain-unknown',
  ],
  [
    'keeps a head that is named as an organization is, and no chain',
    (db) => db('chain_heads').insert({ chain: trail.organizationId, count: 0 }),
    'bare',
    'chain-unknown',
  ],
])('verifying everything reports an attacker who %s', async (_what, alter, chain, kind) => {
  const name = { own: trail.chain, bare: trail.organizationId }[chain] ?? chain
  expect(await foundOf(alter)).toEqual([[name, kind]])
})

it('verifying everything also covers links and chains that the vault signed while other chains were read', async () => {
  const { db, vault, audit, signHeads } = harness
  const begun = verdictsOfAll({ db, vault })
  await begun.next()
  const organizationId = newId('organization')
  for (const on of [trail.organizationId, organizationId]) await audit(on)
  await signHeads()
  const through = new Map<string, number>()
  for await (const verdict of begun) {
    expect(verdict).toMatchObject({ ok: true, breaks: [] })
    through.set(verdict.chain, verdict.through)
  }
  expect([through.get(trail.chain), through.get(`audit/${organizationId}`)]).toEqual([6, 1])
})

it('verifying everything asks the vault nothing before its snapshot, so that putting back is too late', async () => {
  const { db, vault } = harness
  await db('audit')
    .where({ batch: trail.batch })
    .update({ event: db.raw(`'forged.' || event`) })
  const putBack = async () => {
    await db('audit')
      .where({ batch: trail.batch })
      .update({ event: db.raw(`replace(event, 'forged.', '')`) })
  }
  const seen = {
    listChains: (after: string) => putBack().then(() => vault.listChains(after)),
    describeHead: (chain: string) => putBack().then(() => vault.describeHead(chain)),
  }
  const broken: string[] = []
  for await (const { chain, ok } of verdictsOfAll({ db, vault: seen })) if (!ok) broken.push(chain)
  expect(broken).toEqual([trail.chain])
})

it('verifying everything reports no break when a day that has run out is dropped meanwhile', async () => {
  const { db, vault } = harness
  await db.raw(`CREATE TABLE access_log_past PARTITION OF access_log FOR VALUES FROM ('2000-01-01') TO ('2000-01-02')`)
  const begun = verdictsOfAll({ db, vault })
  await begun.next()
  await db.raw('DROP TABLE access_log_past')
  for await (const { chain, ok } of begun) expect([chain, ok]).toEqual([chain, true])
})
