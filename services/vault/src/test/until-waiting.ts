import { until } from '@protectmyapi/dev-kit/until'
import type { VaultDatabases } from './vault-databases.js'

/** Until so many statements wait for locks of the vault's database that others hold. @throws Error when they do not come. */
export async function untilWaiting({ tamper }: Pick<VaultDatabases, 'tamper'>, count: number): Promise<void> {
  await until(async () => {
    const { rows } = await tamper.raw(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    )
    return rows.length === count ? true : undefined
  })
}
