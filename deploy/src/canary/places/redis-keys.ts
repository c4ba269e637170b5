import { Redis } from 'ioredis'
import type { Place } from './place.js'

/**
 * Every key of a Redis, with its value. What is of another type than ours would be a leak of another kind: it throws, as it
 * does where nobody answers, since a Redis that was not searched holds anything.
 */
export function redisKeys(url: string): Place {
  return {
    name: 'Redis, keys and values',
    async read(visit) {
      const client = new Redis(url, { lazyConnect: true, retryStrategy: null })
      try {
        await client.connect()
        for (const key of await client.keys('*')) {
          visit(Buffer.from(key))
          visit(await contentOf(client, key))
        }
      } finally {
        client.disconnect()
      }
    },
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
  // It ran out meanwhile.
  if (type === 'none') return Buffer.of()
  throw new Error(`${key} is a ${type}: nothing of ours`)
}
