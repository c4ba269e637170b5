import { afterEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { createVaultDatabases } from '../test/vault-databases.js'
import { leaseAuditPruning } from './prune-lease-audit.js'

const databases = await startForAllTests(createVaultDatabases)
afterEach(() => databases.tamper.raw('TRUNCATE lease_audit'))

const KEPT_DAYS = 90
const pruning = (clock: Pick<Clock, 'monotonicMs'> = manualClock()) =>
  leaseAuditPruning({ vaultDb: databases.vaultDb, clock, keptDays: KEPT_DAYS })

/** Inserts lease rows of a given age, with ids in the order of this test's calls. */
let made = 0
async function leased(count: number, days: number): Promise<void> {
  await databases.tamper.raw(
    `INSERT INTO lease_audit (lease_id, organization_id, secret_id, version_id, generation, caller, leased_at)
     SELECT 'lse_' || lpad((n + ?::integer)::text, 26, '0'), 'org_1', 'sec_1', 'ver_1', 1, 'proxy', now() - make_interval(mins => ?)
     FROM generate_series(1, ?::integer) AS n`,
    [made, Math.round(days * 1_440), count],
  )
  made += count
}
const ages = async (): Promise<number[]> => {
  const { rows } = await databases.tamper.raw<{ rows: { days: number }[] }>(
    'SELECT extract(day FROM now() - leased_at)::integer AS days FROM lease_audit ORDER BY lease_id',
  )
  return rows.map(({ days }) => days)
}

describe('lease rows', () => {
  it('are all deleted in one round when older than 90 days, and no younger ones are', async () => {
    await leased(5_003, 91)
    await leased(2, 89)
    await leased(1, 0)
    const { round, overdueSeconds } = pruning()
    await round()
    expect(await ages()).toEqual([89, 89, 0])
    expect(overdueSeconds()).toBe(0)
  })

  it('are left for the next round when one takes too long, and their delay is reported', async () => {
    await leased(5_000, 92)
    await leased(1, 91)
    // Each reading of the clock is five seconds after the one before.
    let nowMs = 0
    const slow = { monotonicMs: () => (nowMs += 5_000) }
    const { round, overdueSeconds } = pruning(slow)
    await round()
    expect(await ages()).toEqual([91])
    expect(Math.round(overdueSeconds() / 60)).toBe(1_440)
    await round()
    expect([await ages(), overdueSeconds()]).toEqual([[], 0])
  })

  it('are pruned by one vault at a time: a second vault’s round ends without waiting', async () => {
    await leased(1, 91)
    const { round, overdueSeconds } = pruning()
    await databases.tamper.transaction(async (other) => {
      await other.raw('SELECT prune_lease_audit(?, 1)', [KEPT_DAYS])
      await round()
      expect(overdueSeconds()).toBeGreaterThan(0)
    })
    await round()
    expect([await ages(), overdueSeconds()]).toEqual([[], 0])
  })

  it('of the last 7 days cannot be pruned by the serving role, whatever number of days it passes', async () => {
    await leased(1, 6.9)
    const prune = (days: number | null) => databases.vaultDb.raw('SELECT prune_lease_audit(?::integer, 100)', [days])
    await expect(prune(6)).rejects.toMatchObject({ message: expect.stringContaining('last 7 days are kept') })
    await expect(prune(-1)).rejects.toMatchObject({ message: expect.stringContaining('last 7 days are kept') })
    await prune(7)
    await prune(null)
    expect(await ages()).toEqual([6])
  })
})
