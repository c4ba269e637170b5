import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import path from 'node:path'
import { Port, parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { HorizonMs, LogLevel } from '@protectmyapi/service-kit/program/shared-variables'
import { z } from 'zod'
import { RedisEnv, type RedisSource, redisSource } from './redis-source.js'

/** Where each part listens. */
export interface Ports {
  readonly management: number
  readonly directory: number
  readonly vault: number
  /** Of the first proxy; each further one takes the next number. */
  readonly proxy: number
  readonly postgres: number
  readonly redis: number
  readonly provider: number
}

export interface LauncherConfig {
  readonly projectDir: string
  /** Everything that `make reset` forgets. */
  readonly stateDir: string
  /** What management and the proxies listen on. */
  readonly host: string
  readonly proxies: number
  readonly demo: boolean
  readonly ports: Ports
  /** A server where databases and roles may be made; else one of our own is started. */
  readonly databaseUrl?: string
  /** Before the names of databases and roles: a server of others may have some named like ours. */
  readonly databasePrefix: string
  readonly postgres: 'auto' | 'embedded'
  readonly redis: RedisSource
  /** The longest wait for a change to be in force; management's own dial, to be played with. */
  readonly horizonMs: number
  readonly logLevel: string
}

/** The variables that move a port, for the message when one is taken. */
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
  /** More help nobody on one machine. */
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

/** What the machine has, where the environment does not name another. */
export interface Found {
  /** The program of a Redis. */
  readonly redisServer?: string | undefined
}

/** Pure: main.ts hands in the environment, once, and what it has found. */
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

/** Some shells export HOST as the machine's name: only an address is meant for us. */
function listenHost(host: string | undefined): string {
  return host !== undefined && isIP(host) !== 0 ? host : '127.0.0.1'
}

/** Names of databases and roles that no other run has. */
export function randomPrefix(): string {
  return `t${randomBytes(6).toString('hex')}_`
}

/** Few: a stray PMA_… or NODE_OPTIONS of a shell must not reach a service. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'] as const

/** What children keep of our environment. */
export function inheritedEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
