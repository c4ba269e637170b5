import type { Logger } from '@protectmyapi/service-kit/program/log'
import { CURRENT_PROXY } from '@protectmyapi/service-kit/redis/redis-keys'
import type { RedisLink } from '../redis/redis-link.js'
import { every, type Schedule } from './schedule.js'

const LIMITS = {
  everyMs: 2_000,
  /**
   * The most that is read of the key's value, because others that write to Redis may have put something longer there.
   */
  readBytesMax: 64,
} as const

/** What a proxy past its horizon knows of the other proxies. */
export interface Peers {
  /** Another proxy can serve what this one cannot. False where that is unknown, so that no proxy steps aside then. */
  anotherIsCurrent(): boolean
  stop(): void
}

interface Deps {
  readonly redis: Pick<RedisLink, 'isUsable' | 'use'>
  readonly bootId: string
  readonly isCurrent: () => boolean
  readonly schedule: Schedule
  readonly log: Logger
}

/**
 * Proxies whose horizon is ahead overwrite one key with their boot id, with a life. A proxy past its horizon stops
 * writing, and finds another's id there, or its own, or none. If all of them are past it, the last writer finds its own
 * id, so they never all step aside.
 */
export function watchPeers({ redis, bootId, isCurrent, schedule, log }: Deps): Peers {
  let another = false

  async function look(): Promise<void> {
    const { key, lifeMs } = CURRENT_PROXY
    if (isCurrent()) {
      another = false
      await redis.use((client) => client.set(key, bootId, 'PX', lifeMs))
      return
    }
    const written = await redis.use((client) => client.getrange(key, 0, LIMITS.readBytesMax - 1).catch(noneIfAnswered))
    another = written !== '' && written !== bootId
  }

  const stop = every(schedule, LIMITS.everyMs, () => {
    look().catch((err: unknown) => {
      another = false
      log.debug({ err }, 'it is not known whether other proxies are current')
    })
  })
  return { anotherIsCurrent: () => another && redis.isUsable(), stop }
}

/** Without Redis, nothing is known of other proxies. */
export const NO_PEERS: Peers = { anotherIsCurrent: () => false, stop() {} }

/** The key may hold another type. Redis has answered then, and must not count as away. */
function noneIfAnswered(err: unknown): string {
  if (err instanceof Error && err.name === 'ReplyError') return ''
  throw err
}
