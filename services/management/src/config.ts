import path from 'node:path'
import { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import { configuredPrivateUpstreams, type PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { identityEnvironment, servedPairOf, tlsFilesOf } from '@protectmyapi/service-kit/grpc/identity-environment'
import type { TlsFiles } from '@protectmyapi/service-kit/grpc/tls-material'
import type { PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import { asRole, withPassword } from '@protectmyapi/service-kit/postgres/postgres-password'
import {
  Address,
  describeVariables,
  EnvironmentError,
  List,
  Port,
  parseEnvironment,
  type ReadFile,
  readParts,
  readSecretFile,
  Text,
} from '@protectmyapi/service-kit/program/config'
import { HorizonMs, LogLevel } from '@protectmyapi/service-kit/program/shared-variables'
import type { RedisTarget } from '@protectmyapi/service-kit/redis/redis'
import { redisEnvironment, redisTarget } from '@protectmyapi/service-kit/redis/redis-config'
import {
  type TelemetryConfig,
  telemetryConfig,
  telemetryEnvironment,
} from '@protectmyapi/service-kit/telemetry/telemetry-config'
import { z } from 'zod'
import type { MigrationTarget } from './db/migrate-management.js'
import { EXPORT_LIMITS } from './export/export-limits.js'
import { Email, Name } from './http/fields.js'
import type { BuiltDashboard } from './http/serve-dashboard.js'
import type { FirstRun } from './people/set-up.js'
import { NewPassword } from './people/users.js'

export interface ManagementConfig {
  readonly logLevel: string
  readonly http: { readonly host: string; readonly port: number }
  /** Of the REST side. Null: plain HTTP, for an ingress. */
  readonly certificate: Pick<TlsFiles, 'certFile' | 'keyFile'> | null
  readonly publicOrigin: string | undefined
  /** Undefined: only the API is served. */
  readonly dashboard: BuiltDashboard | undefined
  readonly trustedProxies: readonly string[]
  readonly directory: { readonly host: string; readonly port: number }
  readonly horizonMs: number
  readonly tls: TlsFiles
  readonly trustDomain: string
  readonly namespace: string
  readonly vaultAddress: string
  /** Null: no proxy keeps access records in Redis. */
  readonly redis: RedisTarget | null
  readonly db: PostgresTarget
  /** The same database over separate connections, which serve only what proxies depend on. */
  readonly dataPlaneDb: PostgresTarget
  readonly firstRun: FirstRun
  readonly privateUpstreams: PrivateUpstreams
  /** Null: test calls answer NOT_IMPLEMENTED. */
  readonly proxyUrl: URL | null
  /** PEM of a root that attests keys in place of Apple's. Null: Apple's. */
  readonly appAttestRoot: string | null
  readonly accessLogDays: number
  readonly signingKeyDays: number
  readonly telemetry: TelemetryConfig
}

export interface ManagementMigrateConfig {
  readonly logLevel: string
  readonly target: MigrationTarget
}

const LIMITS = {
  /**
   * Connections of one process; Postgres' own default is 100 in total. Exports and verifications hold one each until
   * they end, from the same pool as everything else: connections of their own would tell an attacker who watches
   * sessions when one begins.
   */
  poolMax: 12 + 2 * EXPORT_LIMITS.perProcess,
  /** Connections for what proxies depend on: no other work holds one of these, whatever it waits for. */
  dataPlanePoolMax: 8,
  /** Long enough that a set-up token chosen by an operator cannot be guessed. */
  setupTokenCharsMin: 20,
  /**
   * A rotation takes a quarter of an hour until the old key is withdrawn, so none begins before the last one has ended.
   */
  signingKeyDaysMin: 1,
  /** With a longer interval nobody would know whether rotation still works. */
  signingKeyDaysMax: 365,
} as const

const Ranges = List.pipe(
  z.array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], 'give addresses or CIDR ranges')),
)

const Database = z.object({
  LOG_LEVEL: LogLevel.describe('fatal, error, warn, info, debug, trace or silent; default: info'),
  PMA_MANAGEMENT_DB_HOST: Text.describe('Postgres host of database management'),
  PMA_MANAGEMENT_DB_PORT: Port.default(5432).describe('its port; default: 5432'),
  PMA_MANAGEMENT_DB_NAME: Text.default('management').describe('its name; default: management'),
  PMA_MANAGEMENT_DB_USER: Text.describe('the runtime role, without DDL; migrate grants it what it needs'),
  PMA_MANAGEMENT_DB_CA_FILE: Text.optional().describe(
    'PEM of the CA of its server; without it the connection is plain',
  ),
})

const ManagementEnvironment = Database.extend({
  PMA_MODE: z
    .enum(['production', 'development'])
    .default('production')
    .describe('production (default) or development; production refuses stand-ins'),
  PMA_MANAGEMENT_HOST: Text.default('0.0.0.0').describe('address that the REST API listens on'),
  PMA_MANAGEMENT_PORT: Port.default(8070).describe('its port; 0 takes any free port'),
  PMA_MANAGEMENT_TLS_CERT_FILE: Text.optional().describe(
    'certificate of the REST API, PEM; TLS 1.3; without it plain HTTP, for use behind an ingress',
  ),
  PMA_MANAGEMENT_TLS_KEY_FILE: Text.optional().describe('its key, PEM'),
  PMA_PUBLIC_ORIGIN: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('origin of the pages that may write with the cookie'),
  PMA_DASHBOARD_DIR: Text.optional().describe(
    'folder of the dashboard’s built files; without it only the API is served',
  ),
  PMA_TRUSTED_PROXIES: Ranges.default([]).describe(
    'addresses or CIDR ranges whose X-Forwarded-For and -Proto are believed',
  ),
  PMA_DIRECTORY_HOST: Text.default('0.0.0.0').describe('address that the gRPC API (Directory) listens on'),
  PMA_DIRECTORY_PORT: Port.default(8071).describe('its port; 0 takes any free port'),
  PMA_HORIZON_MS: HorizonMs.describe('how long a proxy may serve without hearing from management, in milliseconds'),
  ...identityEnvironment,
  PMA_VAULT_ADDRESS: Address.describe('host:port of the vault'),
  ...redisEnvironment,
  PMA_MANAGEMENT_DB_PASSWORD_FILE: Text.describe('file with the runtime role’s password'),
  PMA_SETUP_TOKEN_FILE: Text.optional().describe(
    'file with the token that creates the first owner; without it a token is generated and logged',
  ),
  PMA_BOOTSTRAP_EMAIL: Email.optional().describe(
    'e-mail address of the first owner, created at the first start; set all three PMA_BOOTSTRAP_ variables or none',
  ),
  PMA_BOOTSTRAP_PASSWORD_FILE: Text.optional().describe('file with the first owner’s password'),
  PMA_BOOTSTRAP_ORGANIZATION: Name.optional().describe('name of the first organization'),
  PMA_ALLOW_PRIVATE_UPSTREAMS: List.default([]).describe(
    'only in development: hosts, or host:port, that may be reached by http and at private addresses',
  ),
  PMA_PROXY_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of a proxy for test calls, such as http://proxy:8080; without it there are no test calls'),
  PMA_APP_ATTEST_ROOT_FILE: Text.optional().describe(
    'only in development: PEM of a root certificate that takes the place of Apple’s, for simulated devices',
  ),
  PMA_ACCESS_LOG_DAYS: z.coerce
    .number()
    .int()
    .min(7)
    .max(3_650)
    .default(90)
    .describe('days that the access log is kept'),
  PMA_SIGNING_KEY_DAYS: z.coerce
    .number()
    .int()
    .min(LIMITS.signingKeyDaysMin)
    .max(LIMITS.signingKeyDaysMax)
    .default(90)
    .describe('age at which a signing key is replaced, in days'),
  ...telemetryEnvironment,
})

const MigrateEnvironment = Database.extend({
  PMA_MANAGEMENT_DB_MIGRATOR_USER: Text.describe('role that owns the schema'),
  PMA_MANAGEMENT_DB_MIGRATOR_PASSWORD_FILE: Text.describe('file with its password'),
})

/** Pure: main.ts passes the environment in, once. @throws EnvironmentError. */
export function loadConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): ManagementConfig {
  const given = parseEnvironment(ManagementEnvironment, env)
  const password = () =>
    readSecretFile('PMA_MANAGEMENT_DB_PASSWORD_FILE', given.PMA_MANAGEMENT_DB_PASSWORD_FILE, readFile)
  const { db, ...parts } = readParts({
    certificate: () =>
      servedPairOf(
        'PMA_MANAGEMENT_TLS',
        { certFile: given.PMA_MANAGEMENT_TLS_CERT_FILE, keyFile: given.PMA_MANAGEMENT_TLS_KEY_FILE },
        readFile,
      ),
    dashboard: () => dashboardOf(given, readFile),
    db: () =>
      withPassword(
        asRole(given.PMA_MANAGEMENT_DB_USER, () => databaseAt(given, readFile), password),
        password,
      ),
    firstRun: () =>
      readParts({
        setupToken: () => setupTokenOf(given, readFile),
        bootstrap: () => bootstrapOf(given, readFile),
      }),
    redis: () => redisTarget(given, readFile),
    privateUpstreams: () => configuredPrivateUpstreams(given.PMA_MODE, given.PMA_ALLOW_PRIVATE_UPSTREAMS),
    telemetry: () => telemetryConfig(given, readFile),
    appAttestRoot: () => appAttestRootOf(given, readFile),
  })
  return {
    logLevel: given.LOG_LEVEL,
    http: { host: given.PMA_MANAGEMENT_HOST, port: given.PMA_MANAGEMENT_PORT },
    publicOrigin: given.PMA_PUBLIC_ORIGIN === undefined ? undefined : new URL(given.PMA_PUBLIC_ORIGIN).origin,
    trustedProxies: given.PMA_TRUSTED_PROXIES,
    directory: { host: given.PMA_DIRECTORY_HOST, port: given.PMA_DIRECTORY_PORT },
    horizonMs: given.PMA_HORIZON_MS,
    tls: tlsFilesOf(given),
    trustDomain: given.PMA_TRUST_DOMAIN,
    namespace: given.PMA_NAMESPACE,
    vaultAddress: given.PMA_VAULT_ADDRESS,
    db,
    dataPlaneDb: { ...db, poolMax: LIMITS.dataPlanePoolMax },
    proxyUrl: given.PMA_PROXY_URL === undefined ? null : new URL(given.PMA_PROXY_URL),
    accessLogDays: given.PMA_ACCESS_LOG_DAYS,
    signingKeyDays: given.PMA_SIGNING_KEY_DAYS,
    ...parts,
  }
}

/** What `migrate` needs: the owner of the schema, and the role to grant to. @throws EnvironmentError. */
export function loadMigrateConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): ManagementMigrateConfig {
  const given = parseEnvironment(MigrateEnvironment, env)
  const path = given.PMA_MANAGEMENT_DB_MIGRATOR_PASSWORD_FILE
  const password = () => readSecretFile('PMA_MANAGEMENT_DB_MIGRATOR_PASSWORD_FILE', path, readFile)
  return {
    logLevel: given.LOG_LEVEL,
    target: {
      owner: asRole(given.PMA_MANAGEMENT_DB_MIGRATOR_USER, () => databaseAt(given, readFile), password),
      runtimeRole: given.PMA_MANAGEMENT_DB_USER,
    },
  }
}

/** For `--help`: every variable and what it is for. */
export function describeEnvironment(): string {
  return [
    'To serve, and for every command but migrate:',
    describeVariables(ManagementEnvironment),
    '',
    'To migrate:',
    describeVariables(MigrateEnvironment),
  ].join('\n')
}

type Given = z.output<typeof ManagementEnvironment>

function databaseAt(given: z.output<typeof Database>, readFile: ReadFile): Omit<PostgresTarget, 'user' | 'password'> {
  const {
    PMA_MANAGEMENT_DB_HOST: host,
    PMA_MANAGEMENT_DB_PORT: port,
    PMA_MANAGEMENT_DB_NAME: database,
    PMA_MANAGEMENT_DB_CA_FILE: ca,
  } = given
  return {
    host,
    port,
    database,
    poolMax: LIMITS.poolMax,
    ...(ca === undefined ? {} : { ca: readSecretFile('PMA_MANAGEMENT_DB_CA_FILE', ca, readFile) }),
  }
}

function dashboardOf({ PMA_DASHBOARD_DIR: dir }: Given, readFile: ReadFile): BuiltDashboard | undefined {
  if (dir === undefined) return undefined
  const file = path.join(dir, 'index.html')
  try {
    return { page: readFile(file), assetsDir: path.join(dir, 'assets') }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new EnvironmentError([
      `PMA_DASHBOARD_DIR: cannot read ${file}: ${why}; build the dashboard (make build), or leave the variable out`,
    ])
  }
}

/** Whoever holds its key could pass for any app, so production knows Apple's alone. */
function appAttestRootOf({ PMA_APP_ATTEST_ROOT_FILE: path, PMA_MODE: mode }: Given, readFile: ReadFile): string | null {
  if (path === undefined) return null
  if (mode === 'development') return readSecretFile('PMA_APP_ATTEST_ROOT_FILE', path, readFile)
  throw new EnvironmentError([
    'PMA_APP_ATTEST_ROOT_FILE: production accepts keys that Apple attested, and no others; leave it out, or set PMA_MODE=development',
  ])
}

function setupTokenOf({ PMA_SETUP_TOKEN_FILE: path }: Given, readFile: ReadFile): SecretText | undefined {
  if (path === undefined) return undefined
  const token = readSecretFile('PMA_SETUP_TOKEN_FILE', path, readFile)
  if (token.length >= LIMITS.setupTokenCharsMin) return new SecretText(token)
  throw new EnvironmentError([`PMA_SETUP_TOKEN_FILE: give at least ${LIMITS.setupTokenCharsMin} random characters`])
}

function bootstrapOf(given: Given, readFile: ReadFile): FirstRun['bootstrap'] {
  const {
    PMA_BOOTSTRAP_EMAIL: email,
    PMA_BOOTSTRAP_PASSWORD_FILE: path,
    PMA_BOOTSTRAP_ORGANIZATION: organization,
  } = given
  if (email === undefined && path === undefined && organization === undefined) return undefined
  if (email === undefined || path === undefined || organization === undefined) {
    throw new EnvironmentError([
      'PMA_BOOTSTRAP_EMAIL, PMA_BOOTSTRAP_PASSWORD_FILE and PMA_BOOTSTRAP_ORGANIZATION must be set together',
    ])
  }
  const password = readSecretFile('PMA_BOOTSTRAP_PASSWORD_FILE', path, readFile)
  const wrong = NewPassword.safeParse(password).error?.issues[0]?.message
  if (wrong !== undefined) throw new EnvironmentError([`PMA_BOOTSTRAP_PASSWORD_FILE: ${wrong}`])
  return { email, password: new SecretText(password), organization }
}
