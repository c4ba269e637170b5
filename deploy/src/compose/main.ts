import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { prepareDatabases } from '../system/databases.js'
import { ensureIdentities } from '../system/identities.js'
import { privateFile, randomPassword, writePrivate } from '../system/local-files.js'

/**
 * The one-shots of docker-compose.yml. `files`: certificates, passwords and the key file, where they are missing.
 * `databases`: the three databases and their roles.
 */
const state = process.env.PMA_STATE_DIR ?? '/state'
const secrets = path.join(state, 'secrets')

async function makeFiles(): Promise<void> {
  await ensureIdentities(path.join(state, 'tls'), 1)
  await privateFile(path.join(secrets, 'kms.key'), () => randomBytes(32).toString('base64'))
  for (const name of ['postgres.password', 'owner.password', 'redis.password'])
    await privateFile(path.join(secrets, name), randomPassword)
  // What its image takes a password from is a configuration: an argument would be everybody's to read.
  const redisPassword = (await readFile(path.join(secrets, 'redis.password'), 'utf8')).trimEnd()
  await writePrivate(path.join(secrets, 'redis.conf'), `requirepass ${redisPassword}\n`)
}

async function makeDatabases(): Promise<void> {
  const password = (await readFile(path.join(secrets, 'postgres.password'), 'utf8')).trimEnd()
  const host = process.env.PMA_POSTGRES_HOST ?? 'postgres'
  const port = process.env.PMA_POSTGRES_PORT ?? '5432'
  await prepareDatabases(
    `postgres://postgres:${encodeURIComponent(password)}@${host}:${port}/postgres`,
    '',
    secrets,
    true,
  )
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = { files: makeFiles, databases: makeDatabases }

const command = COMMANDS[process.argv[2] ?? '']
if (command === undefined) throw new Error(`give one of: ${Object.keys(COMMANDS).join(', ')}`)
await command()
