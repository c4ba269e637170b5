import type { Lane } from '@protectmyapi/service-kit/fairness/lanes'
import { gaugeOf, type Meter, readingOf } from '@protectmyapi/service-kit/telemetry/instruments'
import type { DataPlane } from '../data-plane.js'
import type { Crowd } from '../fairness/crowd.js'
import { BACKLOG_LIMITS } from '../record/backlog.js'
import type { RedisLink } from '../redis/redis-link.js'

interface Parts {
  readonly dataPlane: Pick<DataPlane, 'state'>
  readonly underWay: Pick<Lane, 'size'>
  readonly crowd: Pick<Crowd, 'size'>
  readonly redis: Pick<RedisLink, 'isUsable'> | null
}

/** Stands for never, because Prometheus could not show an alarm with an infinite number. */
const NEVER_SECONDS = -1e9

/** The proxy's current state, read when metrics are collected. */
export function tellState(meter: Meter, { dataPlane, underWay, crowd, redis }: Parts): void {
  readingOf(meter, 'pma_proxy_requests_in_hand', 'let in, not yet on their way to the provider', () => crowd.size)
  readingOf(meter, 'pma_proxy_streams_open', 'on their way to or from a provider', () => underWay.size - crowd.size)
  readingOf(meter, 'pma_proxy_horizon_seconds', 'time until the horizon, below 0 since it has passed', () =>
    Math.max(NEVER_SECONDS, dataPlane.state().horizonMs / 1_000),
  )
  readingOf(meter, 'pma_proxy_feed_applied', 'highest feed number applied', () => dataPlane.state().applied)
  gaugeOf(meter, 'pma_proxy_cache_entries', 'what is held', (observe) => {
    for (const [cache, entries] of Object.entries(dataPlane.state().held)) observe(entries, { cache })
  })
  readingOf(meter, 'pma_proxy_backlog_entries', 'entries not known to be on record', () => dataPlane.state().entries)
  readingOf(meter, 'pma_proxy_backlog_max', 'bound of those', () => BACKLOG_LIMITS.entriesMax)
  readingOf(meter, 'pma_proxy_backlog_doubtful', 'of them, whose answer was lost', () => dataPlane.state().doubtful)
  readingOf(meter, 'pma_proxy_quota_stocks', 'subjects whose quotas are held', () => dataPlane.state().quotaStocks)
  if (redis) readingOf(meter, 'pma_proxy_redis_usable', '1 in use, 0 away or unfit', () => (redis.isUsable() ? 1 : 0))
}
