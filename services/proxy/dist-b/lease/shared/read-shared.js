import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/grant'
import { leaseKey } from '@protectmyapi/service-kit/redis-keys'
import { momentOf } from '../../freshness/horizon.js'
import { createPace } from '../../freshness/pace.js'
import { openLease } from './seal-lease.js'
import { parseSealedLease } from './sealed-lease.js'
export function createReadShared({ store, keys, keeper, clock, log }) {
  const mayTell = createPace(clock)
  function openOne(organizationId, secret, bytes, asked) {
    const { secretId, generation } = secret
    // RFLOOR: looked at after the wait, for a row may have overtaken the answer.
    if (!keeper.accepts([{ kind: 'FEED_KIND_SECRET', id: secretId, generation }])) return 'below-the-floor'
    const sealed = parseSealedLease(bytes)
    if (!sealed) return 'not-a-lease'
    // RTTL: its end is in the seal, whatever Redis still keeps.
    const lifeMs = sealed.notAfterMs - asked.wallMs
    if (lifeMs <= 0) return 'past-its-end'
    const key = keys.find(organizationId, sealed.keyId)
    if (!key) return 'under-another-key'
    const opened = openLease(key, sealed, { organizationId, ...secret })
    if (!opened) return 'not-authentic'
    // A clock that was set back must not make it live longer than any lease does.
    const notAfter = asked.monotonicMs + Math.min(lifeMs, GRANT_LIFE_MS_MAX)
    return { secretId, generation, ...opened, notAfter }
  }
  function tell(why, organizationId, { secretId, versionId }) {
    // Keys change every hour, and clocks differ; what does not authenticate was written by somebody else.
    const level = why === 'not-a-lease' || why === 'not-authentic' ? 'warn' : 'info'
    // Once a second: whoever can write to Redis must not be able to fill the log.
    if (mayTell(why)) log[level]({ why, organizationId, secretId, versionId }, 'a shared lease was not used')
  }
  return async ({ organizationId, secrets }) => {
    // Cold: whoever holds no key of the organisation has never leased anything of it, and asks the vault.
    if (!keys.holdsAny(organizationId)) return []
    const asked = momentOf(clock)
    const found = await store.get(secrets.map(({ versionId }) => leaseKey(organizationId, versionId))).catch((err) => {
      log.debug({ err }, 'no leases from Redis')
      return []
    })
    return secrets.flatMap((secret, index) => {
      const bytes = found[index]
      if (!bytes) return []
      const lease = openOne(organizationId, secret, bytes, asked)
      if (typeof lease !== 'string') return [{ versionId: secret.versionId, lease }]
      tell(lease, organizationId, secret)
      return []
    })
  }
}
//# sourceMappingURL=read-shared.js.map
