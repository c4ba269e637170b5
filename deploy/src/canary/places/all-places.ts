import path from 'node:path'
import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import { query } from '../../system/query.js'
import { redisAddress } from '../../system/redis-access.js'
import type { RunningSystem } from '../../system/start-system.js'
import { databaseRows } from './database-rows.js'
import { files } from './files.js'
import { openedBackup } from './opened-backup.js'
import type { Place } from './place.js'
import { processes } from './processes.js'
import { redisKeys } from './redis-keys.js'

const POSTGRES_LOG = 'postgres.log'
/** Folders of the state directory that are searched as places of their own. */
const OWN_PLACES = ['logs', 'redis', 'postgres'] as const

/** Every place where the running system stores or shows data. Makes the engines write what they hold to disk first. */
export async function allPlaces(system: RunningSystem): Promise<readonly Place[]> {
  const { databases, redis, state, config, logs, pids } = system
  const { stateDir } = config
  const { postgresFolder } = state.get()
  if (redis === undefined || postgresFolder === undefined) throw new Error('the engines are not our own')
  await query(databases.management.adminUrl, 'CHECKPOINT')
  // A Redis at which nothing listens is not searched.
  const isRedisThere = config.redis.kind === 'own'
  if (isRedisThere) await saveRedis(redis.url)
  const isWal = (file: string): boolean => file.startsWith('pg_wal')
  const isOwnPlace = (file: string): boolean => OWN_PLACES.some((name) => file.startsWith(name + path.sep))
  const data = path.join(postgresFolder, 'data')
  return [
    ...Object.values(databases).map(({ name, adminUrl }) => databaseRows(`Postgres, rows of ${name}`, adminUrl)),
    files('Postgres, data files', data, (file) => !isWal(file)),
    files('Postgres, write-ahead log', data, isWal),
    files('Postgres, its log of all statements', logs, (file) => file === POSTGRES_LOG),
    openedBackup(system),
    ...(isRedisThere
      ? [redisKeys(redis.url), files('Redis, RDB and append-only files', path.join(stateDir, 'redis'))]
      : []),
    files('logs of the services', logs, (file) => file !== POSTGRES_LOG),
    files('the rest of .local', stateDir, (file) => !isOwnPlace(file)),
    ...(process.platform === 'linux' ? [processes('environments and command lines', () => pids().values())] : []),
  ]
}

async function saveRedis(url: string): Promise<void> {
  const address = redisAddress(url)
  // Uncompressed, so that the dump can be searched.
  await askRedis(address, 'CONFIG', 'SET', 'rdbcompression', 'no')
  await askRedis(address, 'SAVE')
}
