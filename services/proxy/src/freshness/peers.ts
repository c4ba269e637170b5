import type { Logger } from '@protectmyapi/service-kit/program/log'
import { CURRENT_PROXY } from '@protectmyapi/service-kit/redis/redis-keys'
import type { RedisLink } from '../redis/redis-link.js'
import { every, type Schedule } from './schedule.js'

const LIMITS = {
  everyMs: 2_000,
  /** Of what stands there; whoever writes to Redis may put something longer in its place. */
  readBytesMax: 64,
} as const

/** What a proxy past its horizon knows of the others. */
export interface Peers {
  /** Another one can serve what this one cannot. False where that is not known: then nobody steps aside. */
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
 * Proxies whose horizon is ahead write their boot id over each other's under one key, with a life. One whose horizon has
 * passed writes no more, and finds another's id there, or its own, or none. Were all of them past it, whoever wrote last
 * finds its own: so they never all step aside.
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
      log.debug({ err }, 'whether other proxies are current is not known')
    })
  })
  return { anotherIsCurrent: () => another && redis.isUsable(), stop }
}

/** Without Redis nothing is known of others. */
export const NO_PEERS: Peers = { anotherIsCurrent: () => false, stop() {} }

/** What stands there may be of another kind: then Redis has answered, and is not away for it. */
function noneIfAnswered(err: unknown): string {
  if (err instanceof Error && err.name === 'ReplyError') return ''
  throw err
}
