import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { shownError } from '@protectmyapi/service-kit/shown-text'
import { backupConfig } from '../backup/backup-config.js'
import { backup, check, restore } from '../backup/commands.js'
import { createProgress } from '../console/progress.js'
import { type Databases, knownDatabases, prepareDatabases } from '../system/databases.js'
import { ensureIdentities } from '../system/identities.js'
import { privateFile, randomPassword, writePrivate } from '../system/local-files.js'

/**
 * The one-shot commands of docker-compose.yml. `certs`: makes certificates, passwords and the key file, where they are
 * missing. `migrate`: makes the three databases, their roles and schemas. `backup` and `restore`: of all of it.
 */
const project = path.resolve(import.meta.dirname, '..', '..', '..')
const state = process.env.PMA_STATE_DIR ?? '/state'
const secrets = path.join(state, 'secrets')
const progress = createProgress((line) => console.log(line))

async function makeFiles(): Promise<void> {
  await ensureIdentities(path.join(state, 'tls'), 1)
  await privateFile(path.join(secrets, 'kms.key'), () => randomBytes(32).toString('base64'))
  for (const name of ['postgres.password', 'owner.password', 'redis.password'])
    await privateFile(path.join(secrets, name), randomPassword)
  // The image reads the password from a configuration file, because an argument could be read by every process.
  const redisPassword = (await readFile(path.join(secrets, 'redis.password'), 'utf8')).trimEnd()
  await writePrivate(path.join(secrets, 'redis.conf'), `requirepass ${redisPassword}\n`)
}

async function migrate(): Promise<void> {
  await prepareDatabases(await adminUrl(), '', secrets, true)
  for (const service of ['vault', 'management']) await runMigrations(service)
}

async function backUp(): Promise<void> {
  const databases = knownDatabases(await adminUrl(), '', secrets)
  const config = backupConfig(process.env, '/')
  await backup({ config, progress }, { databases, secretsDir: secrets, launcher: {} })
}

async function restoreBackup(): Promise<void> {
  const config = backupConfig(process.env, '/backups')
  const checked = await check({ config, progress })
  const databases: Databases = await prepareDatabases(await adminUrl(), '', secrets, true)
  await restore({ config, progress }, checked, { databases, secretsDir: secrets }, migrate)
}

async function adminUrl(): Promise<string> {
  const password = (await readFile(path.join(secrets, 'postgres.password'), 'utf8')).trimEnd()
  const host = process.env.PMA_POSTGRES_HOST ?? 'postgres'
  const port = process.env.PMA_POSTGRES_PORT ?? '5432'
  return `postgres://postgres:${encodeURIComponent(password)}@${host}:${port}/postgres`
}

/** Inherits the environment of this process, which has the variables of both services. */
async function runMigrations(service: string): Promise<void> {
  const script = path.join(project, 'services', service, 'dist', 'main.js')
  const child = spawn(process.execPath, [script, 'migrate'], { stdio: 'inherit' })
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? signal))
  })
  if (status !== 0) throw new Error(`the migrations of ${service} failed (${status})`)
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  certs: makeFiles,
  migrate,
  backup: backUp,
  restore: restoreBackup,
}

const command = COMMANDS[process.argv[2] ?? '']
if (command === undefined) throw new Error(`give one of: ${Object.keys(COMMANDS).join(', ')}`)
await command().catch((cause: unknown) => {
  console.error(shownError(cause))
  process.exit(1)
})
