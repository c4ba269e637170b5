import { beginFill } from '../../freshness/held.js'
import { NO_MEASURES, type ProxyMeasures } from '../../telemetry/proxy-measures.js'
import type { LeaseUpstream } from '../lease-upstream.js'
import type { VaultLeases } from '../vault-leases.js'
import { createReadShared, type SharedDeps } from './read-shared.js'
import { createWriteShared } from './write-shared.js'

interface Deps extends SharedDeps {
  readonly vault: VaultLeases
  readonly measures?: Pick<ProxyMeasures, 'leases'>
}

/**
 * Reads the leases that other proxies have shared, sealed, in Redis, and asks the vault for the rest within the same
 * request. Renewals bypass Redis: what it holds is as old as what is held here, and some proxy has to bring something
 * newer.
 */
export function createSharedLeases(deps: Deps): LeaseUpstream {
  const { vault, keys, keeper, clock, measures = NO_MEASURES } = deps
  const read = createReadShared(deps)
  const write = createWriteShared(deps)

  return {
    async lease(question) {
      const found = question.why === 'renewal' ? [] : await read(question)
      measures.leases.up('shared', found.length)
      const missing = question.secrets.filter(({ versionId }) => !found.some((one) => one.versionId === versionId))
      if (missing.length === 0) return found
      const begun = beginFill(keeper, clock)
      try {
        const { answers, leaseKey } = await vault.lease({ ...question, secrets: missing })
        if (leaseKey) {
          write(question, answers, leaseKey)
          keys.keep(question, leaseKey, begun)
        }
        return [...found, ...answers]
      } catch (err) {
        for (const one of found) if ('lease' in one) one.lease.value.wipe()
        throw err
      }
    },
  }
}
