import { leaseKey as redisKey } from '@protectmyapi/service-kit/redis-keys'
import { sealLease } from './seal-lease.js'

const LIMITS = {
  /** A lease that is nearly over is of no use to others. */
  lifeMsMin: 2_000,
  /** Each holds up to 96 KiB. Beyond it a lease is not shared, and others ask the vault. */
  underWayMax: 256,
}
export function createWriteShared({ store, clock, log }) {
  let underWay = 0
  function put(key, sealed, lifeMs) {
    underWay += 1
    store
      .put(key, sealed, lifeMs)
      .catch((err) => log.debug({ err }, 'a lease was not shared'))
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
      // LABEL: what is not what the grant names will be refused to the request, and is not handed to others either.
      const granted = secrets.find((secret) => secret.versionId === versionId)
      if (lease.secretId !== granted?.secretId || lease.generation !== granted.generation) continue
      const lifeMs = lease.notAfter - nowMs
      if (lifeMs < LIMITS.lifeMsMin) continue
      const sealed = sealLease(leaseKey, lease, { organizationId, ...granted }, lease.notAfterMs)
      if (sealed) put(redisKey(organizationId, versionId), sealed, lifeMs)
    }
  }
}
//# sourceMappingURL=write-shared.js.map
