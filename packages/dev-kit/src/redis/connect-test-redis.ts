import { createLogger } from '@protectmyapi/service-kit/program/log'
import { connectRedis, type RedisClient, type RedisTarget } from '@protectmyapi/service-kit/redis/redis'
import type { RedisAddress } from './ask-redis.js'

/** A Redis as services are configured for it: one server, without TLS. */
export function redisTarget({ host, port, password }: RedisAddress): RedisTarget {
  return {
    host,
    port,
    username: undefined,
    password: password === undefined ? undefined : () => password,
    tls: false,
    ca: undefined,
    cluster: false,
  }
}

/** The services' own client, once it accepts commands. The caller disconnects it. */
export async function connectTestRedis(target: RedisTarget): Promise<RedisClient> {
  const client = connectRedis(target, 'test', createLogger('test', 'silent'))
  await new Promise((resolve) => client.once('ready', resolve))
  return client
}
