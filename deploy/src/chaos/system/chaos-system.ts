import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Guard, startGuard } from '@protectmyapi/dev-kit/programs/guard'
import type { Progress } from '../../console/progress.js'
import { type Databases, prepareDatabases } from '../../system/databases.js'
import type { Environment } from '../../system/environments.js'
import { ensureIdentities } from '../../system/identities.js'
import { privateFile, randomPassword } from '../../system/local-files.js'
import { keepLocalPostgres, type LocalPostgres, sharedFolderOf } from '../../system/local-postgres.js'
import { openState } from '../../system/local-state.js'
import { redisAccess } from '../../system/redis-access.js'
import { createSupervisor } from '../../system/supervisor.js'
import type { SeededRandom } from '../schedule/seeded-random.js'
import { chaosKms } from './chaos-kms.js'
import { type ChaosPorts, chaosPorts, REPLICAS } from './chaos-ports.js'
import { type ChaosRedis, startChaosRedis } from './chaos-redis.js'
import { type ChaosServices, startChaosServices, stopChaosServices } from './chaos-services.js'
import { type Links, startLinks } from './links.js'
import { type CommonPlan, replicaPlans } from './replica-plans.js'

export interface ChaosSystemOptions {
  readonly codeDir: string
  /** Used by this run only; `stop` removes its databases. */
  readonly stateDir: string
  readonly redisBinary: string
  /** Undefined: a key file is used. */
  readonly kmsEndpoint: string | undefined
  readonly inherited: Environment
  readonly progress: Progress
  readonly random: SeededRandom
  /** Short, so that a writer that waits for a lost proxy does not use up the time of a seed. */
  readonly horizonMs?: number
}

/** Two processes of each service, the engines that they need, and a switch on every connection between them. */
export interface ChaosSystem extends ChaosServices {
  readonly ports: ChaosPorts
  readonly links: Links
  readonly redis: ChaosRedis
  /** The horizon of every proxy. */
  readonly horizonMs: number
  /** Whether there is a KMS that can fail. */
  readonly hasKms: boolean
  /** The address of the database `management`, as a superuser, without a switch. */
  readonly databaseUrl: string
  readonly owner: { readonly email: string; readonly password: string }
  /** The pid of a running process by name: `proxy-1`, `management-2`, `postgres`, … */
  pidOf(name: string): number | undefined
  stop(): Promise<void>
}

const HORIZON_MS = 3_000

const OWNER_EMAIL = 'owner@chaos.example'
const ORGANIZATION = 'Chaos'

/** @throws Error with the end of the log of what did not start. What had been started is ended. */
export async function startChaosSystem(options: ChaosSystemOptions): Promise<ChaosSystem> {
  const ends: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    return { ...(await startParts(options, (end) => ends.push(end))), stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

async function startParts(
  options: ChaosSystemOptions,
  atEnd: (end: () => Promise<void>) => void,
): Promise<Omit<ChaosSystem, 'stop'>> {
  const { stateDir, inherited, random } = options
  await mkdir(path.join(stateDir, 'logs'), { recursive: true, mode: 0o700 })
  const guard = startGuard()
  atEnd(() => guard.close())
  const ports = await chaosPorts()
  const kms = options.kmsEndpoint === undefined ? undefined : await chaosKms(options.kmsEndpoint)
  const links = await startLinks(ports, kms?.port, random.fork('links'))
  atEnd(links.close)
  const postgres = await startPostgres(options, ports.postgres, guard)
  atEnd(async () => {
    await postgres.stop()
    await rm(sharedFolderOf(stateDir), { recursive: true, force: true })
  })
  const password = await privateFile(secretFile(stateDir, 'redis.password'), randomPassword)
  const { replication, routeRedis: onMaster } = links
  const binary = options.redisBinary
  const redis = await startChaosRedis({ binary, ports: ports.redis, password, stateDir, guard, replication, onMaster })
  atEnd(redis.stop)
  const { horizonMs = HORIZON_MS } = options
  const plan = await commonPlan(stateDir, postgres.url, redis.url, horizonMs)
  const supervisor = createSupervisor({ guard, inherited, say: () => undefined, onPids: () => undefined })
  atEnd(() => stopChaosServices(supervisor))
  const services = await startChaosServices({ ...options, supervisor, plans: replicaPlans(plan, ports, links, kms) })
  return {
    ...{ ...services, ports, links, redis, horizonMs, hasKms: kms !== undefined },
    databaseUrl: plan.databases.management.adminUrl,
    owner: { email: OWNER_EMAIL, password: await privateFile(plan.bootstrap.passwordFile, randomPassword) },
    pidOf(name) {
      if (name === 'postgres') return postgres.pid()
      return name === 'redis' ? redis.pid() : supervisor.pids().get(name)
    },
  }
}

async function startPostgres(
  { stateDir, progress }: ChaosSystemOptions,
  port: number,
  guard: Guard,
): Promise<LocalPostgres> {
  const state = await openState(stateDir)
  // What a killed process has written is in the kernel already. Only a power cut would show the difference that fsync
  // makes.
  const settings = { fsync: 'off' }
  return progress.step('Postgres', (say) =>
    keepLocalPostgres({ stateDir, state, port, choice: 'auto', say, settings }, guard, () => undefined),
  )
}

async function commonPlan(
  stateDir: string,
  postgresUrl: string,
  redisUrl: string,
  horizonMs: number,
): Promise<CommonPlan> {
  const secrets = secretFile(stateDir, '')
  const databases: Databases = await prepareDatabases(postgresUrl, '', secrets, true)
  const kmsKeyFile = secretFile(stateDir, 'kms.key')
  await privateFile(kmsKeyFile, () => randomBytes(32).toString('base64'))
  const passwordFile = secretFile(stateDir, 'owner.password')
  await privateFile(passwordFile, randomPassword)
  return {
    host: '127.0.0.1',
    identities: await ensureIdentities(path.join(stateDir, 'tls'), REPLICAS),
    ...{ databases, kmsKeyFile, horizonMs, logLevel: 'debug', dashboardDir: undefined },
    bootstrap: { email: OWNER_EMAIL, passwordFile, organization: ORGANIZATION },
    redis: await redisAccess({ url: redisUrl, cluster: false }, secrets),
  }
}

function secretFile(stateDir: string, name: string): string {
  return path.join(stateDir, 'secrets', name)
}
