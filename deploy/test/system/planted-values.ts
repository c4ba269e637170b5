import { randomBytes } from 'node:crypto'
import { databaseRows } from '../../src/canary/places/database-rows.js'
import { files } from '../../src/canary/places/files.js'
import { type Place, searchPlace } from '../../src/canary/places/place.js'
import { redisKeys } from '../../src/canary/places/redis-keys.js'
import { createSearch } from '../../src/canary/search/searcher.js'
import type { RunningSystem } from '../../src/system/start-system.js'

/** Makes secret values that are searched for afterwards. */
export interface Planter {
  /** With characters that URL-encoding changes; valid in a header. */
  plant(prefix: string): string
  readonly planted: readonly string[]
}

export function createPlanter(): Planter {
  const planted: string[] = []
  return {
    planted,
    plant(prefix) {
      const value = `${prefix}${randomBytes(18).toString('base64url')}/+=${randomBytes(6).toString('hex')}`
      planted.push(value)
      return value
    },
  }
}

/** Where a planted value was found, in which form. */
export interface Leak {
  readonly place: string
  readonly form: string
}

/** Searches every row of every table of the three databases, everything in Redis, and every log: `make canary`, in small. */
export async function findLeaks(system: RunningSystem, planted: readonly string[]): Promise<Leak[]> {
  const search = createSearch(planted.map((value) => ({ name: 'planted', value })))
  const places: readonly Place[] = [
    ...Object.values(system.databases).map(({ name, adminUrl }) => databaseRows(name, adminUrl)),
    ...(system.redis === undefined ? [] : [redisKeys(system.redis.url)]),
    files('logs', system.logs),
  ]
  const leaks: Leak[] = []
  for (const place of places) {
    const { hits } = await searchPlace(place, search, () => [])
    leaks.push(...hits.map(({ form }) => ({ place: place.name, form })))
  }
  return leaks
}
