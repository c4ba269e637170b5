import type { Clock } from '@protectmyapi/service-kit/clock'
import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { leaseKey } from '@protectmyapi/service-kit/redis/redis-keys'
import { type Moment, momentOf } from '../../freshness/horizon.js'
import type { Keeper } from '../../freshness/keeper.js'
import { createPace } from '../../freshness/pace.js'
import type { GrantedSecret } from '../../routes/route.js'
import type { LeaseAnswer, LeaseQuestion, UpstreamLease } from '../lease-upstream.js'
import type { LeaseKeys } from './lease-keys.js'
import { openLease } from './seal-lease.js'
import { parseSealedLease } from './sealed-lease.js'
import type { SealedLeaseStore } from './sealed-lease-store.js'

export interface SharedDeps {
  readonly store: SealedLeaseStore
  readonly keys: LeaseKeys
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Leases that other proxies have shared and that may be used. Any that is missing, or wrong in any way, is left out.
 */
export type ReadShared = (question: LeaseQuestion) => Promise<readonly LeaseAnswer[]>

type Unusable = 'below-the-floor' | 'not-a-lease' | 'past-its-end' | 'under-another-key' | 'not-authentic'

export function createReadShared({ store, keys, keeper, clock, log }: SharedDeps): ReadShared {
  const mayTell = createPace(clock)

  function openOne(organizationId: string, secret: GrantedSecret, bytes: Buffer, asked: Moment) {
    const { secretId, generation } = secret
    // RFLOOR: checked after the wait, because a row may have overtaken the answer.
    if (!keeper.accepts([{ kind: 'FEED_KIND_SECRET', id: secretId, generation }])) return 'below-the-floor'
    const sealed = parseSealedLease(bytes)
    if (!sealed) return 'not-a-lease'
    // RTTL: the lease's end is in the seal, however long Redis still keeps it.
    const lifeMs = sealed.notAfterMs - asked.wallMs
    if (lifeMs <= 0) return 'past-its-end'
    const key = keys.find(organizationId, sealed.keyId)
    if (!key) return 'under-another-key'
    const opened = openLease(key, sealed, { organizationId, ...secret })
    if (!opened) return 'not-authentic'
    // A clock that was set back must not make the lease live longer than any lease may.
    const notAfter = asked.monotonicMs + Math.min(lifeMs, GRANT_LIFE_MS_MAX)
    return { secretId, generation, ...opened, notAfter } satisfies UpstreamLease
  }

  function tell(why: Unusable, organizationId: string, { secretId, versionId }: GrantedSecret): void {
    // Keys change every hour, and clocks differ. A lease that does not authenticate was written by somebody else.
    const level = why === 'not-a-lease' || why === 'not-authentic' ? 'warn' : 'info'
    // Once a second, because otherwise anyone who can write to Redis could fill the log.
    if (mayTell(why)) log[level]({ why, organizationId, secretId, versionId }, 'a shared lease was not used')
  }

  return async ({ organizationId, secrets }) => {
    // Cold: without a lease key of the organization, nothing that is shared can be opened, so the vault is asked.
    if (!keys.holdsAny(organizationId)) return []
    // READTIME: taken before Redis is asked.
    const asked = momentOf(clock)
    const found = await store.get(secrets.map(({ versionId }) => leaseKey(organizationId, versionId))).catch((err) => {
      log.debug({ err }, 'no leases from Redis')
      return []
    })
    return secrets.flatMap((secret, index): LeaseAnswer[] => {
      const bytes = found[index]
      if (!bytes) return []
      const lease = openOne(organizationId, secret, bytes, asked)
      if (typeof lease !== 'string') return [{ versionId: secret.versionId, lease }]
      tell(lease, organizationId, secret)
      return []
    })
  }
}
