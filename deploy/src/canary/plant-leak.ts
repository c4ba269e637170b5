import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import pg from 'pg'
import { redisAddress } from '../system/redis-access.js'
import type { RunningSystem } from '../system/start-system.js'
import type { Plant } from './canary-config.js'
import type { Collected } from './places/collected.js'

/** Leaves one value where none may be, in a form that depends on the place. */
export async function plantLeak(
  plant: Plant,
  value: string,
  { logs, redis, databases }: RunningSystem,
  { answers, collector }: { readonly answers: Collected; readonly collector: string },
): Promise<void> {
  switch (plant) {
    case 'log':
      await appendFile(path.join(logs, 'management.log'), `${JSON.stringify({ level: 'debug', body: { value } })}\n`)
      return
    case 'redis': {
      if (redis === undefined) throw new Error('there is no Redis')
      await askRedis(redisAddress(redis.url), 'SET', 'canary', Buffer.from(`:${value}`).toString('base64'))
      return
    }
    case 'table': {
      const client = new pg.Client({ connectionString: databases.management.adminUrl })
      await client.connect()
      await client.query('CREATE TABLE canary AS SELECT $1::bytea AS value', [Buffer.from(value)])
      await client.end()
      return
    }
    case 'span':
      await fetch(`${collector}/v1/traces`, { method: 'POST', body: encodeURIComponent(value) })
      return
    case 'answer':
      answers.add(gzipSync(`HTTP/1.1 200 OK\r\n\r\n${value}`))
  }
}
