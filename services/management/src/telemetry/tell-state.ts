import { every } from '@protectmyapi/service-kit/every'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { gaugeOf, type Observe, readingOf } from '@protectmyapi/service-kit/telemetry/instruments'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { UnsignedHeads, UnsignedWatch } from '../chain/unsigned-watch.js'
import type { HeldKeys } from '../keys/held-keys.js'
import { KEY_USES } from '../keys/signing-key-rows.js'
import type { DrainState } from './management-measures.js'
import { type Backlogs, readBacklogs } from './read-backlogs.js'

const LIMITS = { backlogsEveryMs: 15_000 } as const

interface Parts {
  readonly db: Knex
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly feed: { readonly tail: { head(): number } }
  readonly directory: { streams(): number }
  readonly keys: Pick<HeldKeys, 'holds'>
  readonly drain: DrainState
  readonly unsigned: UnsignedWatch
  /** False: no Redis is configured. */
  readonly hasRedis: boolean
}

/**
 * Reports the state of management. Values are read when somebody asks for them, except for those from the database,
 * which are read from time to time. The returned function ends it.
 */
export function tellState(parts: Parts): () => Promise<void> {
  const { db, log, telemetry, feed, directory, keys, drain, unsigned, hasRedis } = parts
  const { meter, measures } = telemetry
  if (!measures) return async () => {}
  readingOf(meter, 'pma_feed_head', 'highest feed number read', () => feed.tail.head())
  readingOf(meter, 'pma_feed_streams', 'Sync streams that are open', () => directory.streams())
  gaugeOf(meter, 'pma_signing_keys_held', '1 where the signing key is held', (observe) => {
    for (const use of KEY_USES) observe(keys.holds(use) ? 1 : 0, { use })
  })
  if (hasRedis) {
    readingOf(meter, 'pma_redis_usable', '1 where access streams are drained', () => (drain.usable ? 1 : 0))
    readingOf(meter, 'pma_drain_lag_seconds', 'age of the oldest message that was read last', () => drain.lagMs / 1_000)
    readingOf(meter, 'pma_drain_streams_away', 'access streams that could not be drained', () => drain.streamsAway)
  }
  /** Undefined while Postgres does not answer, because no number is better than an outdated one. */
  let backlogs: (Backlogs & UnsignedHeads) | undefined
  const tell = (
    name: string,
    description: string,
    show: (now: NonNullable<typeof backlogs>, observe: Observe) => void,
  ): void =>
    gaugeOf(meter, name, description, (observe) => {
      if (backlogs) show(backlogs, observe)
    })
  tell('pma_feed_proxies', 'proxies with a horizon ahead', ({ proxiesCurrent, proxiesBehind }, observe) => {
    observe(proxiesCurrent, { state: 'current' })
    observe(proxiesBehind, { state: 'behind' })
  })
  tell('pma_secrets_pending', 'secrets whose write is not settled', (now, observe) => observe(now.secretsPending))
  tell('pma_heads_unsigned', 'heads of chains that are not signed', (now, observe) => observe(now.headsUnsigned))
  tell('pma_head_unsigned_seconds', 'since when the oldest is not', (now, observe) => observe(now.oldestMs / 1_000))
  tell('pma_tally_behind_seconds', 'since when not all is counted', (now, observe) => observe(now.tallyBehindSeconds))
  return every(LIMITS.backlogsEveryMs, 'read backlogs', { log, telemetry }, async () => {
    try {
      backlogs = { ...(await readBacklogs(db)), ...(await unsigned.look()) }
    } catch (err) {
      backlogs = undefined
      throw err
    }
  })
}
