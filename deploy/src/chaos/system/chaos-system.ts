import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { startGuard } from '@protectmyapi/dev-kit/guard'
import type { Progress } from '../../console/progress.js'
import { type Databases, prepareDatabases } from '../../system/databases.js'
import type { Environment } from '../../system/environments.js'
import { ensureIdentities } from '../../system/identities.js'
import { privateFile, randomPassword } from '../../system/local-files.js'
import { keepLocalPostgres, sharedFolderOf } from '../../system/local-postgres.js'
import { openState } from '../../system/local-state.js'
import { redisAccess } from '../../system/redis-access.js'
import { createSupervisor, type ProcessSpec, type Supervisor } from '../../system/supervisor.js'
import type { SeededRandom } from '../schedule/seeded-random.js'
import { type ChaosPorts, chaosPorts, REPLICAS } from './chaos-ports.js'
import { type ChaosRedis, startChaosRedis } from './chaos-redis.js'
import { type Links, startLinks } from './links.js'
import { type ReplicaPlans, replicaPlans } from './replica-plans.js'

export interface ChaosSystemOptions {
  /** Whose `services/…/dist` are run: the project's own, or a copy with a rule removed. */
  readonly codeDir: string
  readonly stateDir: string
  readonly redisBinary: string
  readonly inherited: Environment
  readonly progress: Progress
  readonly random: SeededRandom
  /** Variables for the proxies beside their own. */
  readonly proxyExtra: (index: number) => Environment
}

/** Two of each service, and what they stand on, with a switch on every way between them. */
export interface ChaosSystem {
  readonly ports: ChaosPorts
  readonly links: Links
  readonly redis: ChaosRedis
  /** Of the database `management`, as a superuser, without a switch. */
  readonly databaseUrl: string
  readonly owner: { readonly email: string; readonly password: string }
  /** Of what runs, by name: `proxy-1`, `management-2`, `postgres`, … */
  pidOf(name: string): number | undefined
  /** Runs a command of management beside those that serve, by the links of the first. @throws Error with its log. */
  runManagement(words: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** Short, so that a writer that waits for a lost proxy does not eat the time of a seed. */
export const HORIZON_MS = 3_000

const OWNER_EMAIL = 'owner@chaos.example'
export const ORGANIZATION = 'Chaos'

export async function startChaosSystem(options: ChaosSystemOptions): Promise<ChaosSystem> {
  const { stateDir, inherited, progress, random } = options
  await mkdir(path.join(stateDir, 'logs'), { recursive: true, mode: 0o700 })
  const guard = startGuard()
  const ends: (() => Promise<void>)[] = [() => guard.close()]
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const ports = await chaosPorts()
    const links = await startLinks(ports, random.fork('links'))
    ends.push(links.close)
    const identities = await ensureIdentities(path.join(stateDir, 'tls'), REPLICAS)
    const state = await openState(stateDir)
    const postgres = await progress.step('Postgres', (say) =>
      keepLocalPostgres(
        // What a killed process has written is in the kernel: only a power cut would tell fsync from none.
        { stateDir, state, port: ports.postgres, choice: 'auto', say, settings: { fsync: 'off' } },
        guard,
        () => undefined,
      ),
    )
    ends.push(async () => {
      await postgres.stop()
      await rm(sharedFolderOf(stateDir), { recursive: true, force: true })
    })
    const secret = (name: string): string => path.join(stateDir, 'secrets', name)
    const password = await privateFile(secret('redis.password'), randomPassword)
    const redis = await startChaosRedis({ ...options, binary: options.redisBinary, port: ports.redis, password, guard })
    ends.push(redis.stop)
    const databases = await prepareDatabases(postgres.url, '', path.join(stateDir, 'secrets'), true)
    const plan = await commonPlan(stateDir, databases)
    const access = await redisAccess({ url: redis.url, cluster: false }, path.join(stateDir, 'secrets'))
    const plans = replicaPlans({ ...plan, identities, databases, redis: access }, ports, links)
    const supervisor = createSupervisor({ guard, inherited, say: () => undefined, onPids: () => undefined })
    ends.push(() => stopServices(supervisor))
    const spec = specsOf(options)
    await startServices(supervisor, plans, { ...options, spec })
    return {
      ...{ ports, links, redis, stop },
      databaseUrl: databases.management.adminUrl,
      owner: { email: OWNER_EMAIL, password: await privateFile(plan.bootstrap.passwordFile, randomPassword) },
      pidOf(name) {
        if (name === 'postgres') return postgres.pid()
        return name === 'redis' ? redis.pid() : supervisor.pids().get(name)
      },
      runManagement: (words) =>
        supervisor.runToEnd(spec(`management-${words[0]}`, 'management', plans.management(0), words)),
    }
  } catch (cause) {
    await stop()
    throw cause
  }
}

async function commonPlan(stateDir: string, databases: Databases) {
  const secret = (name: string): string => path.join(stateDir, 'secrets', name)
  const kmsKeyFile = secret('kms.key')
  await privateFile(kmsKeyFile, () => randomBytes(32).toString('base64'))
  const passwordFile = secret('owner.password')
  await privateFile(passwordFile, randomPassword)
  const bootstrap = { email: OWNER_EMAIL, passwordFile, organization: ORGANIZATION }
  return { host: '127.0.0.1', kmsKeyFile, bootstrap, horizonMs: HORIZON_MS, logLevel: 'debug', databases }
}

type Service = 'vault' | 'management' | 'proxy'
type SpecOf = (name: string, service: Service, env: Environment, args?: readonly string[]) => ProcessSpec

function specsOf({ codeDir, stateDir }: ChaosSystemOptions): SpecOf {
  return (name, service, env, args = []) => ({
    name,
    script: path.join(codeDir, 'services', service, 'dist', 'main.js'),
    args,
    env,
    logFile: path.join(stateDir, 'logs', `${name}.log`),
  })
}

async function startServices(
  supervisor: Supervisor,
  plans: ReplicaPlans,
  { progress, proxyExtra, spec }: ChaosSystemOptions & { readonly spec: SpecOf },
): Promise<void> {
  const indexes = Array.from({ length: REPLICAS }, (_, index) => index)
  const startAll = (service: Service, envOf: (index: number) => Environment): Promise<unknown> =>
    progress.step(`${REPLICAS} × ${service}`, () =>
      Promise.all(indexes.map((index) => supervisor.start(spec(`${service}-${index + 1}`, service, envOf(index))))),
    )
  await progress.step('migrations', () =>
    Promise.all([
      supervisor.runToEnd(spec('vault-migrate', 'vault', plans.migrateVault, ['migrate'])),
      supervisor.runToEnd(spec('management-migrate', 'management', plans.migrateManagement, ['migrate'])),
    ]),
  )
  await startAll('vault', plans.vault)
  await startAll('management', plans.management)
  await startAll('proxy', (index) => ({ ...plans.proxy(index), ...proxyExtra(index) }))
}

/** In the order in which they need one another. */
async function stopServices(supervisor: Supervisor): Promise<void> {
  supervisor.close()
  for (const service of ['proxy', 'management', 'vault']) {
    const names = [...supervisor.pids().keys()].filter((name) => name.startsWith(service))
    await Promise.all(names.map((name) => supervisor.stop(name)))
  }
}
