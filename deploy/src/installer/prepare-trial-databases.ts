import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { until } from '@protectmyapi/dev-kit/until'
import { isPostgresAway } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { prepareDatabases } from '../system/databases.js'

/** A Postgres that starts with an empty volume takes some seconds. */
const POSTGRES_MS = 120_000

/** The command `databases`: makes the three databases of a trial and their roles, with the passwords in this folder. */
export async function prepareTrialDatabases(
  { host, secretsDir }: { readonly host: string; readonly secretsDir: string },
  log: Logger,
): Promise<void> {
  const password = (await readFile(path.join(secretsDir, 'postgres.password'), 'utf8')).trimEnd()
  const url = `postgres://postgres:${encodeURIComponent(password)}@${host}:5432/postgres`
  const prepared = async (): Promise<true | undefined> => {
    try {
      await prepareDatabases(url, '', secretsDir, true)
      return true
    } catch (err) {
      if (!isPostgresAway(err)) throw err
      return undefined
    }
  }
  await until(prepared, POSTGRES_MS)
  log.info('databases and roles are there')
}
