import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { leaseKey as redisKey } from '@protectmyapi/service-kit/redis/redis-keys'
import type { LeaseAnswer, LeaseQuestion } from '../lease-upstream.js'
import type { LeaseKey, VaultLease } from '../vault-leases.js'
import { sealLease } from './seal-lease.js'
import type { SealedLeaseStore } from './sealed-lease-store.js'

const LIMITS = {
  /** A lease that is nearly over is of no use to others. */
  lifeMsMin: 2_000,
  /** Writes under way; each holds up to 96 KiB. Beyond that a lease is not shared, and other proxies ask the vault. */
  underWayMax: 256,
} as const

/**
 * Shares what the vault has just leased. Seals at once, because the values are about to be wiped; nobody waits for the
 * writing.
 */
export type WriteShared = (
  question: Pick<LeaseQuestion, 'organizationId' | 'secrets'>,
  answers: readonly LeaseAnswer<VaultLease>[],
  leaseKey: LeaseKey,
) => void

export function createWriteShared({
  store,
  clock,
  log,
}: {
  store: SealedLeaseStore
  clock: Clock
  log: Logger
}): WriteShared {
  let underWay = 0

  function put(key: string, sealed: Buffer, lifeMs: number): void {
    underWay += 1
    store
      .put(key, sealed, lifeMs)
      .catch((err: unknown) => log.debug({ err }, 'a lease was not shared'))
      .finally(() => {
        underWay -= 1
      })
  }

  return ({ organizationId, secrets }, answers, leaseKey) => {
    const nowMs = clock.monotonicMs()
    if (nowMs >= leaseKey.sealsUntil) return
    for (const answer of answers) {
      if (!('lease' in answer) || underWay >= LIMITS.underWayMax) continue
      const { lease, versionId } = answer
      // LABEL: a lease that is not what the grant names will be refused to the request, and is not shared either.
      const granted = secrets.find((secret) => secret.versionId === versionId)
      if (lease.secretId !== granted?.secretId || lease.generation !== granted.generation) continue
      const lifeMs = lease.notAfter - nowMs
      if (lifeMs < LIMITS.lifeMsMin) continue
      const sealed = sealLease(leaseKey, lease, { organizationId, ...granted }, lease.notAfterMs)
      if (sealed) put(redisKey(organizationId, versionId), sealed, lifeMs)
    }
  }
}
