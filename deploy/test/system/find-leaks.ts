import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { databaseRows } from '../../src/canary/places/database-rows.js'
import { files } from '../../src/canary/places/files.js'
import { type Place, searchPlace } from '../../src/canary/places/place.js'
import { redisKeys } from '../../src/canary/places/redis-keys.js'
import { createSearch } from '../../src/canary/search/searcher.js'
import type { Database } from '../../src/system/databases.js'
import { query } from '../../src/system/query.js'
import { createPlanter } from './planted-values.js'
import type { TestSystem } from './start-test-system.js'

/** Where a planted value was found, and in which form. */
export interface Leak {
  readonly place: string
  readonly form: string
}

/** A place that is searched. A control word is put into it, and the returned function removes the word. */
interface Searched extends Place {
  leave(word: string): Promise<() => Promise<unknown>>
}

/**
 * Searches every row of every table of the three databases, everything in Redis, and every log: a small `make canary`.
 * Each place first gets a control word that must be found, because a search that reads nothing would otherwise pass as
 * one that finds nothing.
 *
 * @throws Error where a place cannot be searched, which includes a Redis of the system that is stopped or flushed
 * meanwhile.
 */
export async function findLeaks(system: TestSystem, planted: readonly string[]): Promise<Leak[]> {
  const search = createSearch(planted.map((value) => ({ name: 'planted', value })))
  const word = createPlanter().plant('control-')
  const control = createSearch([{ name: 'control', value: word }])
  const leaks: Leak[] = []
  for (const place of placesOf(system)) {
    const takeBack = await place.leave(word)
    const { hits, sees } = await searchPlace(place, search, control)
    await takeBack()
    if (!sees) throw new Error(`${place.name}: not even the word that was left there was found`)
    leaks.push(...hits.map(({ form }) => ({ place: place.name, form })))
  }
  return leaks
}

function placesOf({ running, redis }: TestSystem): readonly Searched[] {
  return [
    ...Object.values(running.databases).map(rowsOf),
    ...(redis === undefined ? [] : [keysOf(redis)]),
    logsIn(running.logs),
  ]
}

function rowsOf({ name, adminUrl }: Database): Searched {
  return {
    ...databaseRows(name, adminUrl),
    async leave(word) {
      await query(adminUrl, 'CREATE TABLE control AS SELECT $1::bytea AS word', [Buffer.from(word)])
      return () => query(adminUrl, 'DROP TABLE control')
    },
  }
}

function keysOf(redis: NonNullable<TestSystem['redis']>): Searched {
  return {
    ...redisKeys(redis.url),
    async leave(word) {
      await redis.ask('SET', 'control', Buffer.from(word).toString('base64'))
      return () => redis.ask('DEL', 'control')
    },
  }
}

function logsIn(folder: string): Searched {
  const file = path.join(folder, 'control.log')
  return {
    ...files('logs', folder),
    async leave(word) {
      await writeFile(file, `${JSON.stringify({ msg: word })}\n`)
      return () => rm(file)
    },
  }
}
