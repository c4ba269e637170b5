import type { AtEnd } from '@protectmyapi/dev-kit/close-after-each'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { startTestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { systemSchedule } from '../freshness/schedule.js'
import { createRedisLink } from '../redis/redis-link.js'
import { silentLog } from './silent-log.js'

/** A Redis for one test and the proxy's link to it, by the machine's clock. It is usable a moment later. */
export async function linkedRedis(atEnd: AtEnd) {
  const server = await startTestRedis()
  atEnd(() => server.drop())
  const client = await connectTestRedis(redisTarget(server))
  const redis = createRedisLink({ client, clock: systemClock, schedule: systemSchedule, log: silentLog() })
  atEnd(() => redis.close())
  return { server, redis }
}
