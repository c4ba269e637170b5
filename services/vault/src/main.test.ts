import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ROTATION_LIMITS } from './rotation/rotation-limits.js'
import { type VaultProcesses, vaultProcesses } from './test/vault-process.js'

let vault: VaultProcesses
beforeAll(async () => {
  vault = await vaultProcesses()
}, 30_000)
afterAll(() => vault.close(), 30_000)

describe('the program', () => {
  it('lists its variables and commands for --help, without any environment', async () => {
    const { code, out } = await vault.run(['--help'], {})
    expect([code, out]).toEqual([0, expect.stringContaining('PMA_VAULT_DB_HOST')])
    expect(out).toContain('rotate-data-keys --now')
  })

  it('exits with 2 and names the cause for an incomplete environment, an unknown command or an unknown flag', async () => {
    const { code, err } = await vault.run([], {})
    expect([code, err]).toEqual([2, expect.stringContaining('PMA_TLS_CERT_FILE')])
    expect(await vault.run(['nonsense'])).toMatchObject({ code: 2, err: expect.stringContaining('nonsense') })
    // An unknown flag must not rotate every key.
    expect(await vault.run(['rotate-data-keys', '--nwo'])).toMatchObject({ code: 2 })
  }, 30_000)

  it('exits with 2 before the database is migrated; after migrating, serves and exits with 0 on a signal', async () => {
    await vault.superuser.raw('GRANT USAGE ON SCHEMA public TO ??', [vault.role])
    expect(await vault.run([])).toMatchObject({ code: 2, err: expect.stringContaining('migrate') })
    expect(await vault.run(['migrate'])).toMatchObject({ code: 0, out: expect.stringContaining('0001-vault') })
    expect(await vault.run(['migrate'])).toMatchObject({ code: 0 })
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { code, out } = await vault.run([], vault.env, {
        onLine: (line, child) => line.includes('"msg":"ready"') && child.kill(signal),
      })
      expect([code, out]).toEqual([0, expect.stringMatching(/"port":\d+/)])
    }
  }, 60_000)

  it('replaces the key that signs heads by command, and refuses a --known-since without an offset', async () => {
    const rotated = { code: 0, err: expect.stringContaining('head-key.rotated') }
    const since = (time: string) => vault.run(['rotate-head-key', '--known-since', time])
    expect(await since('2026-01-31T12:00:00+01:00')).toMatchObject(rotated)
    expect(await since('2026-01-31T12:00:00')).toMatchObject({ code: 2, err: expect.stringContaining('offset') })
  }, 30_000)

  it('lists every organization whose rotation is behind, even beyond the first page of organizations', async () => {
    const { rows } = await vault.superuser.raw(
      `INSERT INTO data_keys (organization_id, id, version, floor, state)
       SELECT 'org_' || n, 'dek_' || n, 2, 1, 'active' FROM generate_series(1, ?::int) n RETURNING organization_id`,
      [ROTATION_LIMITS.organizationsRows + 1],
    )
    const { code, out } = await vault.run(['data-keys'])
    const told: { organizationId?: string }[] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const behind = told.flatMap(({ organizationId }) => organizationId ?? [])
    expect(code).toBe(0)
    expect(behind.toSorted()).toEqual(rows.map((row: { organization_id: string }) => row.organization_id).toSorted())
  }, 30_000)
})
