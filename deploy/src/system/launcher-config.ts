import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import path from 'node:path'
import { Port, parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { HorizonMs, LogLevel } from '@protectmyapi/service-kit/program/shared-variables'
import { z } from 'zod'
import { RedisEnv, type RedisSource, redisSource } from './redis-source.js'

/** The port of each part. */
export interface Ports {
  readonly management: number
  readonly directory: number
  readonly vault: number
  /** The port of the first proxy; each further one takes the next port. */
  readonly proxy: number
  readonly postgres: number
  readonly redis: number
  readonly provider: number
}

export interface LauncherConfig {
  readonly projectDir: string
  /** The folder that `make reset` deletes. */
  readonly stateDir: string
  /** The address that management and the proxies listen on. */
  readonly host: string
  readonly proxies: number
  readonly demo: boolean
  readonly ports: Ports
  /** A server where databases and roles may be made. Without it the project's own is started. */
  readonly databaseUrl?: string
  /** Prefix of the names of databases and roles, because a shared server may have the same names in use. */
  readonly databasePrefix: string
  readonly postgres: 'auto' | 'embedded'
  /** Parameters of the project's own Postgres, beyond what every run of it has. */
  readonly postgresSettings?: Readonly<Record<string, string>>
  readonly redis: RedisSource
  /** The longest wait for a change to be in force; a setting of management that users may experiment with. */
  readonly horizonMs: number
  readonly logLevel: string
}

/** The variable that changes each port, for the message when a port is taken. */
export const PORT_VARIABLES: Readonly<Record<keyof Ports, string>> = {
  management: 'PMA_MANAGEMENT_PORT',
  directory: 'PMA_DIRECTORY_PORT',
  vault: 'PMA_VAULT_PORT',
  proxy: 'PMA_PROXY_PORT',
  postgres: 'PMA_POSTGRES_PORT',
  redis: 'PMA_REDIS_PORT',
  provider: 'PMA_PROVIDER_PORT',
}

const LIMITS = {
  /** More do not help on one machine. */
  proxiesMax: 8,
} as const

const LauncherEnv = z.object({
  HOST: z.string().optional(),
  PROXIES: z.coerce.number().int().min(1).max(LIMITS.proxiesMax).default(1),
  DEMO: z.enum(['0', '1']).default('1'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  PMA_DATABASE_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/)
    .default('protectmyapi_'),
  PMA_POSTGRES: z.enum(['auto', 'embedded']).default('auto'),
  PMA_LOCAL_DIR: z.string().min(1).default('.local'),
  PMA_MANAGEMENT_PORT: Port.default(8070),
  PMA_DIRECTORY_PORT: Port.default(8071),
  PMA_VAULT_PORT: Port.default(8060),
  PMA_PROXY_PORT: Port.default(8080),
  PMA_POSTGRES_PORT: Port.default(8054),
  PMA_REDIS_PORT: Port.default(8055),
  PMA_PROVIDER_PORT: Port.default(8090),
  PMA_HORIZON_MS: HorizonMs,
  LOG_LEVEL: LogLevel,
  ...RedisEnv.shape,
})

/** Programs found on the machine, used where the environment names no other server. */
export interface Found {
  /** The path of a `redis-server`. */
  readonly redisServer?: string | undefined
}

/** Pure: main.ts passes in the environment, once, and what it has found. */
export function launcherConfig(env: NodeJS.ProcessEnv, projectDir: string, found: Found = {}): LauncherConfig {
  const parsed = parseEnvironment(LauncherEnv, env)
  const ports = {
    management: parsed.PMA_MANAGEMENT_PORT,
    directory: parsed.PMA_DIRECTORY_PORT,
    vault: parsed.PMA_VAULT_PORT,
    proxy: parsed.PMA_PROXY_PORT,
    postgres: parsed.PMA_POSTGRES_PORT,
    redis: parsed.PMA_REDIS_PORT,
    provider: parsed.PMA_PROVIDER_PORT,
  }
  return {
    projectDir,
    stateDir: path.resolve(projectDir, parsed.PMA_LOCAL_DIR),
    host: listenHost(parsed.HOST),
    proxies: parsed.PROXIES,
    demo: parsed.DEMO === '1',
    ports,
    ...(parsed.DATABASE_URL === undefined ? {} : { databaseUrl: parsed.DATABASE_URL }),
    databasePrefix: parsed.PMA_DATABASE_PREFIX,
    postgres: parsed.PMA_POSTGRES,
    redis: redisSource(parsed, projectDir, found.redisServer),
    horizonMs: parsed.PMA_HORIZON_MS,
    logLevel: parsed.LOG_LEVEL,
  }
}

/** Some shells export HOST as the machine's name, so only an address is taken as a setting. */
function listenHost(host: string | undefined): string {
  return host !== undefined && isIP(host) !== 0 ? host : '127.0.0.1'
}

/** A prefix of database and role names that no other run has. */
export function randomPrefix(): string {
  return `t${randomBytes(6).toString('hex')}_`
}

/** Few, because a stray PMA_… or NODE_OPTIONS of a shell must not reach a service. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'] as const

/** The variables that child processes inherit. */
export function inheritedEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
