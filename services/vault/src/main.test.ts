import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/test-database'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres'
import { createIdentities, type Identities } from './test/identities.js'

/** The built program: processes do not run TypeScript. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

let folder: string
let identities: Identities
let databases: readonly [TestDatabase, TestDatabase]
let superuser: Knex
let env: Record<string, string>
const role = `pma_test_${randomBytes(6).toString('hex')}`

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error('build first: npx tsc -b services/vault')
  folder = await mkdtemp(join(tmpdir(), 'pma-vault-main-'))
  identities = await createIdentities()
  databases = await Promise.all([createTestDatabase(), createTestDatabase()])
  superuser = connectPostgres(databases[0].target, 'test')
  await superuser.raw(`CREATE ROLE ${role} LOGIN PASSWORD 'runtime'`)
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const { certFile, keyFile, caFile } = await identities.files('vault')
  const [vault, vaultKeys] = databases
  const passwordFile = await file('password', 'runtime\n')
  const ownerFile = await file('owner', vault.target.password === '' ? 'none\n' : vault.target.password)
  env = {
    PMA_MODE: 'development',
    PMA_VAULT_HOST: '127.0.0.1',
    PMA_VAULT_PORT: '0',
    PMA_TLS_CERT_FILE: certFile,
    PMA_TLS_KEY_FILE: keyFile,
    PMA_TLS_CA_FILE: caFile,
    ...databaseEnv('PMA_VAULT_DB', vault, passwordFile, ownerFile),
    ...databaseEnv('PMA_VAULT_KEYS_DB', vaultKeys, passwordFile, ownerFile),
    PMA_KMS: 'file',
    PMA_KMS_KEY_FILE: await file('kms-key', randomBytes(32).toString('base64')),
  }
}, 30_000)

afterAll(async () => {
  const other = connectPostgres(databases[1].target, 'test')
  for (const db of [superuser, other]) await db.raw(`DROP OWNED BY ${role}`)
  await superuser.raw(`DROP ROLE ${role}`)
  await Promise.all([superuser.destroy(), other.destroy()])
  await Promise.all(databases.map((database) => database.drop()))
  await identities.remove()
  await rm(folder, { recursive: true })
}, 30_000)

function databaseEnv(
  prefix: string,
  { target }: TestDatabase,
  passwordFile: string,
  ownerFile: string,
): Record<string, string> {
  return {
    [`${prefix}_HOST`]: target.host,
    [`${prefix}_PORT`]: String(target.port),
    [`${prefix}_NAME`]: target.database,
    [`${prefix}_USER`]: role,
    [`${prefix}_PASSWORD_FILE`]: passwordFile,
    [`${prefix}_MIGRATOR_USER`]: target.user,
    [`${prefix}_MIGRATOR_PASSWORD_FILE`]: ownerFile,
  }
}

/** Runs the program to its end, or until a line says `until`; then it gets the signal. */
function run(
  words: readonly string[],
  given: Record<string, string>,
  stopAt?: { readonly text: string; readonly signal: NodeJS.Signals },
) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child: ChildProcess = spawn(process.execPath, [MAIN, ...words], { env: given })
    let [out, err, stopped] = ['', '', false]
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (stopAt && !stopped && out.includes(stopAt.text)) {
        stopped = true
        child.kill(stopAt.signal)
      }
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    child.once('close', (code) => resolve({ code, out, err }))
  })
}

describe('the program', () => {
  it('tells what it reads, and needs nothing for that', async () => {
    const { code, out } = await run(['--help'], {})
    expect([code, out]).toEqual([0, expect.stringContaining('PMA_VAULT_DB_HOST')])
  })

  it('ends with 2 and names what is missing where the environment is not complete', async () => {
    const { code, err } = await run([], {})
    expect([code, err]).toEqual([2, expect.stringContaining('PMA_TLS_CERT_FILE')])
    expect(await run(['nonsense'], env)).toMatchObject({ code: 2, err: expect.stringContaining('nonsense') })
  })

  it('ends with 2 and says so where the database was not migrated, then migrates, serves, and ends with 0', async () => {
    await superuser.raw('GRANT USAGE ON SCHEMA public TO ??', [role])
    expect(await run([], env)).toMatchObject({ code: 2, err: expect.stringContaining('migrate') })
    expect(await run(['migrate'], env)).toMatchObject({ code: 0, out: expect.stringContaining('0001-vault') })
    expect(await run(['migrate'], env)).toMatchObject({ code: 0 })
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { code, out } = await run([], env, { text: '"msg":"ready"', signal })
      expect([code, out]).toEqual([0, expect.stringMatching(/"port":\d+/)])
    }
  }, 30_000)
})
