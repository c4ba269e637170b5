import type { Logger } from '@protectmyapi/service-kit/log'
import { type RedisClient } from '@protectmyapi/service-kit/redis'
import { type Schedule } from '../freshness/schedule.js'
/** Nothing was written there, for certain. */
export declare class RedisAway extends Error {
  constructor(detail?: string)
}
/** Whether anything was written is not known. Without the client's own error: that holds the command's arguments. */
export declare class RedisFailed extends Error {
  constructor(thrown: unknown)
}
/**
 * Redis as something that may be away. One failed command turns everybody to the other way at once; who failed together
 * comes back with jitter, after a look that finds it fit.
 */
export interface RedisLink {
  isUsable(): boolean
  /** @throws RedisAway without asking; RedisFailed, and from then on it counts as away. */
  use<Answer>(ask: (client: RedisClient) => Promise<Answer>): Promise<Answer>
  /** Called whenever it turns from usable to away. */
  onAway(tell: () => void): void
  close(): void
}
interface Deps {
  readonly client: RedisClient
  readonly schedule: Schedule
  readonly log: Logger
}
export declare function createRedisLink({ client, schedule, log }: Deps): RedisLink
