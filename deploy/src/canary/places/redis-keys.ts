import type { Redis } from 'ioredis'
import { withRedis } from '../../system/with-redis.js'
import type { Place } from './place.js'

/**
 * Every key of a Redis, with its value. Throws at a type that the product does not use, because that would be a leak of
 * another kind, and throws where Redis does not answer, because a Redis that was not searched may hold anything.
 */
export function redisKeys(url: string): Place {
  return {
    name: 'Redis, keys and values',
    read: (visit) =>
      withRedis(url, async (client) => {
        for (const key of await client.keys('*')) {
          visit(Buffer.from(key))
          visit(await contentOf(client, key))
        }
      }),
  }
}

async function contentOf(client: Redis, key: string): Promise<Buffer> {
  const type = await client.type(key)
  if (type === 'string') return (await client.getBuffer(key)) ?? Buffer.of()
  if (type === 'stream') {
    const entries = await client.xrangeBuffer(key, '-', '+')
    return Buffer.concat(
      entries.flatMap(([id, fields]) => [id, ...fields]).flatMap((part) => [part, Buffer.from('\n')]),
    )
  }
  // The key has expired meanwhile.
  if (type === 'none') return Buffer.of()
  throw new Error(`${key} is a ${type}: nothing of ours`)
}
