import { Redis } from 'ioredis'

/** A connection that lasts as long as it is used, and is not made again: a Redis that is away is an error. */
export async function withRedis<Answer>(url: string, use: (client: Redis) => Promise<Answer>): Promise<Answer> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null })
  try {
    await client.connect()
    return await use(client)
  } finally {
    client.disconnect()
  }
}
