import { expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { createVaultDatabases } from '../test/vault-databases.js'
import { listChains } from './list-chains.js'

const databases = await startForAllTests(createVaultDatabases)
const list = listChains(databases)

/** Lists all names, page by page. */
async function listed(): Promise<string[]> {
  const names: string[] = []
  for (let after = ''; ; ) {
    const page = await list(after)
    const last = page.at(-1)
    if (last === undefined) return names
    names.push(...page)
    after = last
  }
}

it('listing chains pages on past any name written into the table, and leaves out only one that is too long', async () => {
  await databases.tamper.raw(
    `INSERT INTO signed_heads (chain, count, head, signed_at_ms, signature, key_id)
     SELECT name, 1, decode(repeat('00', 32), 'hex'), 1, decode(repeat('00', 64), 'hex'), 'key' FROM (
       SELECT '! ' || chr(155) || lpad(n::text, 5, '0') AS name FROM generate_series(1, 2500) n
       UNION ALL SELECT '!' || repeat('x', 600) UNION ALL SELECT 'audit/org_sound'
     ) AS named`,
  )
  const names = await listed()
  expect(names).toHaveLength(2501)
  expect(names).toContain('audit/org_sound')
})

it('listing chains after a name longer than any that a page can end with is refused', async () => {
  await expect(list('x'.repeat(513))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})
