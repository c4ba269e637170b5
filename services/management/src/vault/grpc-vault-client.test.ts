import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/postgres/test-database'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { type TlsFiles, type WatchedMaterial, watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { createGrpcVault, type GrpcVault } from './grpc-vault-client.js'
import { vaultContract } from './vault-client.contract.js'

/** The vault as it is deployed. It is started rather than imported, because services meet on the wire. */
const VAULT = fileURLToPath(new URL('../../../vault/dist/main.js', import.meta.url))
const idOf = (name: string): string => spiffeId('protectmyapi.local', 'protectmyapi', name)

let folder: string
let databases: readonly TestDatabase[]
let material: WatchedMaterial
let vault: ChildProcess
let client: GrpcVault

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pma-vault-client-'))
  databases = await Promise.all([createTestDatabase(), createTestDatabase()])
  const env = await environment()
  const [migrated] = await once(start(env, 'migrate'), 'exit')
  if (migrated !== 0) throw new Error(`the vault's migration ended with ${migrated}`)
  vault = start(env)
  const port = await readyPort(vault)
  material = await watchMaterial(await identity('management'), createLogger('test', 'silent'))
  client = createGrpcVault({ address: `127.0.0.1:${port}`, serverId: idOf('vault'), material })
}, 60_000)

afterAll(async () => {
  client.close()
  material.stop()
  vault.kill('SIGTERM')
  await once(vault, 'exit')
  await Promise.all(databases.map((database) => database.drop()))
  await rm(folder, { recursive: true })
}, 60_000)

describe('the real vault', () => {
  vaultContract('over mutual TLS', () => client.vault)
})

function start(env: Record<string, string>, ...words: string[]): ChildProcess {
  return spawn(process.execPath, [VAULT, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] })
}

async function readyPort({ stdout }: ChildProcess): Promise<number> {
  if (!stdout) throw new Error('started without a pipe')
  for await (const line of createInterface({ input: stdout })) {
    const { msg, port }: { msg?: string; port?: number } = JSON.parse(line)
    if (msg === 'ready' && port !== undefined) return port
  }
  throw new Error('the vault ended before it was ready')
}

const authority = createAuthority()

async function identity(name: string): Promise<TlsFiles> {
  const { certPem, keyPem } = await (await authority).issue({ spiffeId: idOf(name) })
  return {
    certFile: await file(`${name}-cert.pem`, certPem),
    keyFile: await file(`${name}-key.pem`, keyPem),
    caFile: await file('ca.pem', (await authority).certPem),
  }
}

async function environment(): Promise<Record<string, string>> {
  const { certFile, keyFile, caFile } = await identity('vault')
  const [main, keys] = databases
  if (!main || !keys) throw new Error('two databases are needed')
  return {
    PMA_MODE: 'development',
    PMA_VAULT_HOST: '127.0.0.1',
    PMA_VAULT_PORT: '0',
    PMA_TLS_CERT_FILE: certFile,
    PMA_TLS_KEY_FILE: keyFile,
    PMA_TLS_CA_FILE: caFile,
    PMA_KMS: 'file',
    PMA_KMS_KEY_FILE: await file('kms-key', randomBytes(32).toString('base64')),
    ...(await databaseEnvironment('PMA_VAULT_DB', main)),
    ...(await databaseEnvironment('PMA_VAULT_KEYS_DB', keys)),
  }
}

/** One role owns and serves; the vault's own tests cover the rights of its runtime role. */
async function databaseEnvironment(prefix: string, { target }: TestDatabase): Promise<Record<string, string>> {
  const passwordFile = await file(`${prefix}-password`, target.password || 'none')
  return {
    [`${prefix}_HOST`]: target.host,
    [`${prefix}_PORT`]: String(target.port),
    [`${prefix}_NAME`]: target.database,
    [`${prefix}_USER`]: target.user,
    [`${prefix}_PASSWORD_FILE`]: passwordFile,
    [`${prefix}_MIGRATOR_USER`]: target.user,
    [`${prefix}_MIGRATOR_PASSWORD_FILE`]: passwordFile,
  }
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o600 })
  return path
}
