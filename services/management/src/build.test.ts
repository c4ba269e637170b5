import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/postgres/test-database'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { type RunningManagement, startManagement } from './build.js'
import { loadConfig, loadMigrateConfig } from './config.js'
import { migrateManagement } from './db/migrate-management.js'

let database: TestDatabase
let folder: string
let env: NodeJS.ProcessEnv
const files: Record<string, string> = {
  '/password': 'unused\n',
  '/short': 'guessable',
  '/owner-password': 'a long enough password\n',
}
const readFile = (path: string): string => files[path] ?? readFileSync(path, 'utf8')

beforeAll(async () => {
  database = await createTestDatabase()
  const { host, port, database: name, user, password } = database.target
  files['/password'] = password === '' ? 'none' : password
  folder = await mkdtemp(join(tmpdir(), 'pma-management-'))
  const authority = await createAuthority()
  const issued = await authority.issue({ spiffeId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/management' })
  await Promise.all([
    writeFile(join(folder, 'cert'), issued.certPem),
    writeFile(join(folder, 'key'), issued.keyPem),
    writeFile(join(folder, 'ca'), authority.certPem),
  ])
  env = {
    PMA_MANAGEMENT_DB_HOST: host,
    PMA_MANAGEMENT_DB_PORT: String(port),
    PMA_MANAGEMENT_DB_NAME: name,
    PMA_MANAGEMENT_DB_USER: user,
    PMA_MANAGEMENT_DB_PASSWORD_FILE: '/password',
    PMA_MANAGEMENT_DB_MIGRATOR_USER: user,
    PMA_MANAGEMENT_DB_MIGRATOR_PASSWORD_FILE: '/password',
    PMA_MANAGEMENT_HOST: '127.0.0.1',
    PMA_MANAGEMENT_PORT: '0',
    PMA_DIRECTORY_HOST: '127.0.0.1',
    PMA_DIRECTORY_PORT: '0',
    PMA_TLS_CERT_FILE: join(folder, 'cert'),
    PMA_TLS_KEY_FILE: join(folder, 'key'),
    PMA_TLS_CA_FILE: join(folder, 'ca'),
    // Nobody listens there, so the vault is away.
    PMA_VAULT_ADDRESS: '127.0.0.1:1',
    PMA_BOOTSTRAP_EMAIL: 'Owner@example.com',
    PMA_BOOTSTRAP_PASSWORD_FILE: '/owner-password',
    PMA_BOOTSTRAP_ORGANIZATION: 'Demo',
  }
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

describe('management', () => {
  it('serves without the vault, lets the first owner sign in, answers 503 on /readyz, and ends when it is closed', async () => {
    expect(await migrateManagement(loadMigrateConfig(env, readFile).target, createLogger('test', 'silent'))).toContain(
      '0005-trail',
    )
    expect(await migrateManagement(loadMigrateConfig(env, readFile).target, createLogger('test', 'silent'))).toEqual([])
    const management = await startManagement(loadConfig(env, readFile), {
      log: createLogger('test', 'silent'),
      clock: systemClock,
    })
    try {
      await serves(management)
    } finally {
      await management.close()
      await management.close()
    }
    await expect(fetch(`http://127.0.0.1:${management.restPort}/healthz`)).rejects.toThrow()
  })

  async function serves({ restPort, directoryPort }: RunningManagement): Promise<void> {
    const base = `http://127.0.0.1:${restPort}`
    expect(directoryPort).toBeGreaterThan(0)
    expect((await fetch(`${base}/healthz`)).status).toBe(200)
    const ready = await fetch(`${base}/readyz`)
    expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1'])
    const signIn = await fetch(`${base}/api/v1/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'owner@example.com', password: 'a long enough password' }),
    })
    expect(signIn.status).toBe(200)
    const { token } = (await signIn.json()) as { token: string }
    const orgs = await fetch(`${base}/api/v1/orgs`, { headers: { authorization: `Bearer ${token}` } })
    expect(await orgs.json()).toMatchObject({ items: [{ slug: 'demo', role: 'owner' }] })
  }
})

describe('the configuration', () => {
  const broken = (change: NodeJS.ProcessEnv) => () => loadConfig({ ...env, ...change }, readFile)

  it.each<[string, NodeJS.ProcessEnv]>([
    ['PMA_VAULT_ADDRESS', { PMA_VAULT_ADDRESS: 'vault' }],
    ['PMA_MANAGEMENT_PORT', { PMA_MANAGEMENT_PORT: 'http' }],
    ['PMA_HORIZON_MS', { PMA_HORIZON_MS: '10' }],
    ['PMA_TRUSTED_PROXIES', { PMA_TRUSTED_PROXIES: 'everybody' }],
    ['PMA_MANAGEMENT_DB_PASSWORD_FILE', { PMA_MANAGEMENT_DB_PASSWORD_FILE: '/nowhere' }],
    ['PMA_BOOTSTRAP_ORGANIZATION', { PMA_BOOTSTRAP_ORGANIZATION: undefined }],
    ['PMA_MANAGEMENT_TLS_KEY_FILE', { PMA_MANAGEMENT_TLS_CERT_FILE: '/password' }],
    ['PMA_SETUP_TOKEN_FILE', { PMA_SETUP_TOKEN_FILE: '/short' }],
  ])('is refused if %s is wrong, with the name of the variable', (name, change) => {
    expect(broken(change)).toThrow(ConfigError)
    expect(broken(change)).toThrow(name)
  })

  it('does not show the bootstrap password when it is serialized', () => {
    expect(JSON.stringify(loadConfig(env, readFile).firstRun)).not.toContain('a long enough password')
  })
})
