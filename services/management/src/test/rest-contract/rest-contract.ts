import path from 'node:path'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { connectPostgres } from '@protectmyapi/service-kit/postgres/postgres'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { buildRest } from '../../build-rest.js'
import { buildFeed } from '../../feed/build-feed.js'
import { openApiDocument } from '../../http/openapi.js'
import { createHeldKeys } from '../../keys/held-keys.js'
import { createPasswordHasher } from '../../people/password-hasher.js'
import { memoryVault } from '../memory-vault.js'

/** The contract as it was reviewed. */
export const REVIEWED = path.resolve(import.meta.dirname, '../../../openapi.json')

/** What `/api/v1/openapi.json` serves, in lines. Needs no database, because nothing is started. */
export async function restContract(): Promise<string> {
  const target = { host: 'nowhere.invalid', port: 5432, database: 'none', user: 'nobody', password: '', poolMax: 1 }
  const db = connectPostgres(target, 'contract')
  const log = createLogger('contract', 'silent')
  const vault = memoryVault()
  const ports = { db, vault, clock: systemClock, log }
  const { routes } = buildRest({
    ...ports,
    feed: buildFeed({ ...ports, dataPlaneDb: db, target }),
    hasher: await createPasswordHasher(),
    keys: createHeldKeys(ports),
    privateUpstreams: privateUpstreams([]),
    accessLogDays: 90,
    callProxy: null,
    redis: null,
  })
  return `${JSON.stringify(openApiDocument(routes), null, 2)}\n`
}
