import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/postgres/test-database'
import { Vault } from '@protectmyapi/protos/vault'
import { callUnary, createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { connectPostgres } from '@protectmyapi/service-kit/postgres/postgres'
import { createIdentities, fixedMaterial, idOf } from './identities.js'

/** The built program, because processes do not run TypeScript. */
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const RUNTIME_PASSWORD = 'a-runtime-password'

/** What a run has written, and how it ended: an exit status, or null if a signal ended it. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

interface Watch {
  readonly onStart?: (child: ChildProcess) => void
  readonly onLine?: (line: string, child: ChildProcess) => void
}

/** The vault as processes, over two databases that are not migrated yet and a key file. */
export async function vaultProcesses() {
  if (!existsSync(MAIN)) throw new Error('build first: npx tsc -b services/vault')
  const folder = await mkdtemp(join(tmpdir(), 'pma-vault-main-'))
  const identities = await createIdentities()
  const databases = await Promise.all([createTestDatabase(), createTestDatabase()])
  const [vault, vaultKeys] = databases
  const [superuser, superuserOfKeys] = databases.map(({ target }) => connectPostgres(target, 'test'))
  if (!superuser || !superuserOfKeys) throw new Error('not connected')
  const role = `pma_test_${randomBytes(6).toString('hex')}`
  await superuser.raw(`CREATE ROLE ${role} LOGIN PASSWORD '${RUNTIME_PASSWORD}'`)
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const { certFile, keyFile, caFile } = await identities.files('vault')
  const passwordFile = await file('password', `${RUNTIME_PASSWORD}\n`)
  const ownerFile = await file('owner', vault.target.password === '' ? 'none\n' : vault.target.password)
  const masterKey = randomBytes(32).toString('base64')
  const env: Readonly<Record<string, string>> = {
    PMA_MODE: 'development',
    PMA_VAULT_HOST: '127.0.0.1',
    PMA_VAULT_PORT: '0',
    PMA_TLS_CERT_FILE: certFile,
    PMA_TLS_KEY_FILE: keyFile,
    PMA_TLS_CA_FILE: caFile,
    ...databaseEnv('PMA_VAULT_DB', vault),
    ...databaseEnv('PMA_VAULT_KEYS_DB', vaultKeys),
    PMA_KMS: 'file',
    PMA_KMS_KEY_FILE: await file('kms-key', masterKey),
  }

  function databaseEnv(prefix: string, { target }: TestDatabase): Record<string, string> {
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

  return {
    env,
    role,
    superuser,
    superuserOfKeys,
    file,
    /** Strings that no environment, command line or log may contain. */
    secrets: [masterKey, RUNTIME_PASSWORD],

    /** Runs the program to its end. `onStart` receives the process, `onLine` each line of output. */
    run(words: readonly string[], given: Readonly<Record<string, string>> = env, watch: Watch = {}): Promise<Ended> {
      return new Promise((resolve) => {
        const child = spawn(process.execPath, [MAIN, ...words], { env: given })
        watch.onStart?.(child)
        const written = { out: '', err: '' }
        for (const [stream, name] of [
          [child.stdout, 'out'],
          [child.stderr, 'err'],
        ] as const) {
          let rest = ''
          stream.on('data', (chunk: Buffer) => {
            written[name] += chunk.toString()
            const lines = (rest + chunk.toString()).split('\n')
            rest = lines.pop() ?? ''
            for (const line of lines) watch.onLine?.(line, child)
          })
        }
        child.once('close', (code) => resolve({ code, ...written }))
      })
    },

    /** Shreds as management, at a vault that serves on this port. @throws Fault */
    async shred(port: number, organizationId: string): Promise<void> {
      const issued = await identities.issue('management')
      const material = fixedMaterial(issued, identities.authority.certPem)
      const client = createReloadingClient(Vault, { address: `127.0.0.1:${port}`, serverId: idOf('vault') }, material)
      try {
        const vaultClient = client.current()
        await callUnary(vaultClient.shredOrganization.bind(vaultClient), { organizationId }, 5_000)
      } finally {
        client.close()
      }
    },

    async close() {
      for (const db of [superuser, superuserOfKeys]) await db.raw(`DROP OWNED BY ${role}`)
      await superuser.raw(`DROP ROLE ${role}`)
      await Promise.all([superuser.destroy(), superuserOfKeys.destroy()])
      await Promise.all(databases.map((database) => database.drop()))
      await identities.remove()
      await rm(folder, { recursive: true })
    },
  }
}

export type VaultProcesses = Awaited<ReturnType<typeof vaultProcesses>>
