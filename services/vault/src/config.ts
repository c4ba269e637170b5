import { identityEnvironment, tlsFilesOf } from '@protectmyapi/service-kit/grpc/identity-environment'
import type { TlsFiles } from '@protectmyapi/service-kit/grpc/tls-material'
import type { PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import { asRole, withPassword } from '@protectmyapi/service-kit/postgres/postgres-password'
import {
  describeVariables,
  EnvironmentError,
  Flag,
  List,
  Port,
  parseEnvironment,
  type ReadFile,
  readParts,
  readSecretFile,
  Text,
} from '@protectmyapi/service-kit/program/config'
import { LogLevel } from '@protectmyapi/service-kit/program/shared-variables'
import {
  type TelemetryConfig,
  telemetryConfig,
  telemetryEnvironment,
} from '@protectmyapi/service-kit/telemetry/telemetry-config'
import { z } from 'zod'
import type { MigrationTarget } from './db/migrate-vault.js'
import type { AwsKmsTarget } from './keys/aws-kms.js'

export type KmsConfig =
  | ({ readonly kind: 'aws' } & AwsKmsTarget)
  | { readonly kind: 'file'; readonly path: string; readonly otherPaths: readonly string[] }

export interface VaultConfig {
  readonly logLevel: string
  readonly host: string
  readonly port: number
  /** Null: no probes over plain HTTP. */
  readonly probePort: number | null
  readonly tls: TlsFiles
  readonly trustDomain: string
  readonly namespace: string
  readonly vaultDb: PostgresTarget
  readonly vaultKeysDb: PostgresTarget
  readonly kms: KmsConfig
  /** Age at which a data key is replaced. */
  readonly dataKeyDays: number
  readonly headKeyDays: number
  /** How long lease rows are kept. */
  readonly leaseAuditDays: number
  /** How long backups of database vault_keys are kept. A shredding is final only after that long. */
  readonly vaultKeysBackupDays: number
  readonly telemetry: TelemetryConfig
}

export interface VaultMigrateConfig {
  readonly logLevel: string
  readonly vault: MigrationTarget
  readonly vaultKeys: MigrationTarget
}

/** Connections per database and process. Postgres allows 100 for all clients by default. */
const POOL_MAX = 10

const Days = z.coerce.number().int().min(1)
/** An ARN contains the region and the account. */
const Arn = z.string().regex(/^arn:aws[\w-]*:kms:[\w-]+:\d{12}:(key|alias)\//, 'give the ARN of a KMS key')

const Databases = z.object({
  LOG_LEVEL: LogLevel.describe('fatal, error, warn, info, debug, trace or silent; default: info'),
  PMA_VAULT_DB_HOST: Text.describe('Postgres host of database vault'),
  PMA_VAULT_DB_PORT: Port.default(5432).describe('its port; default: 5432'),
  PMA_VAULT_DB_NAME: Text.default('vault').describe('its name; default: vault'),
  PMA_VAULT_DB_USER: Text.describe('the runtime role, without DDL; migrate grants it what it needs'),
  PMA_VAULT_DB_CA_FILE: Text.optional().describe('PEM of the CA of its server; without it the connection is plain'),
  PMA_VAULT_KEYS_DB_HOST: Text.describe('Postgres host of database vault_keys'),
  PMA_VAULT_KEYS_DB_PORT: Port.default(5432).describe('its port; default: 5432'),
  PMA_VAULT_KEYS_DB_NAME: Text.default('vault_keys').describe('its name; default: vault_keys'),
  PMA_VAULT_KEYS_DB_USER: Text.describe('the runtime role, without DDL'),
  PMA_VAULT_KEYS_DB_CA_FILE: Text.optional().describe('PEM of the CA of its server'),
})

const VaultEnvironment = Databases.extend({
  PMA_MODE: z
    .enum(['production', 'development'])
    .default('production')
    .describe('production (default) or development; production refuses stand-ins such as a key file'),
  PMA_VAULT_HOST: Text.default('0.0.0.0').describe('address to listen on'),
  PMA_VAULT_PORT: Port.default(8060).describe('port to listen on; 0 takes any free port'),
  PMA_VAULT_PROBE_PORT: Port.optional().describe('plain HTTP for probes, /healthz and /readyz; default: none'),
  ...identityEnvironment,
  PMA_VAULT_DB_PASSWORD_FILE: Text.describe('file with the runtime role’s password'),
  PMA_VAULT_KEYS_DB_PASSWORD_FILE: Text.describe('file with the runtime role’s password'),
  PMA_KMS: z.enum(['aws', 'file']).describe('what wraps the data keys: AWS KMS, or a key file'),
  PMA_KMS_KEY_ARN: Arn.optional().describe('aws: the master key'),
  PMA_KMS_OTHER_KEY_ARNS: List.pipe(z.array(Arn))
    .default([])
    .describe('aws: master keys used only to unwrap, while the master key is being replaced'),
  AWS_REGION: Text.optional().describe('aws: its region'),
  AWS_ENDPOINT_URL_KMS: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('aws: endpoint of the KMS, in place of the region’s own'),
  AWS_ENDPOINT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('aws: the same; used if AWS_ENDPOINT_URL_KMS is not set'),
  PMA_KMS_KEY_FILE: Text.optional().describe('file: 32 bytes in base64, mode 0600, owned by this user'),
  PMA_KMS_OTHER_KEY_FILES: List.default([]).describe(
    'file: key files used only to unwrap, while the key file is being replaced',
  ),
  PMA_ALLOW_KEY_FILE: Flag.default(false).describe('file: true allows it in production'),
  PMA_DATA_KEY_DAYS: Days.max(365).default(90).describe('age at which an organization’s data key is replaced, in days'),
  PMA_HEAD_KEY_DAYS: Days.max(365).default(90).describe('age at which the key that signs heads is replaced, in days'),
  PMA_LEASE_AUDIT_DAYS: Days.min(7).max(3_650).default(90).describe('days that rows of leases are kept'),
  PMA_VAULT_KEYS_BACKUP_DAYS: Days.max(365)
    .default(7)
    .describe('how long you keep backups of vault_keys, in days; a deletion becomes final after that'),
  ...telemetryEnvironment,
})

const MigrateEnvironment = Databases.extend({
  PMA_VAULT_DB_MIGRATOR_USER: Text.describe('role that owns the schema of vault'),
  PMA_VAULT_DB_MIGRATOR_PASSWORD_FILE: Text.describe('file with its password'),
  PMA_VAULT_KEYS_DB_MIGRATOR_USER: Text.describe('role that owns the schema of vault_keys'),
  PMA_VAULT_KEYS_DB_MIGRATOR_PASSWORD_FILE: Text.describe('file with its password'),
})

/** Pure: main.ts passes in the environment once. @throws EnvironmentError. */
export function loadConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): VaultConfig {
  const given = parseEnvironment(VaultEnvironment, env)
  const secret = (variable: string, path: string) => () => readSecretFile(variable, path, readFile)
  return {
    logLevel: given.LOG_LEVEL,
    host: given.PMA_VAULT_HOST,
    port: given.PMA_VAULT_PORT,
    probePort: given.PMA_VAULT_PROBE_PORT ?? null,
    tls: tlsFilesOf(given),
    trustDomain: given.PMA_TRUST_DOMAIN,
    namespace: given.PMA_NAMESPACE,
    dataKeyDays: given.PMA_DATA_KEY_DAYS,
    headKeyDays: given.PMA_HEAD_KEY_DAYS,
    leaseAuditDays: given.PMA_LEASE_AUDIT_DAYS,
    vaultKeysBackupDays: given.PMA_VAULT_KEYS_BACKUP_DAYS,
    ...readParts({
      vaultDb: () => {
        const password = secret('PMA_VAULT_DB_PASSWORD_FILE', given.PMA_VAULT_DB_PASSWORD_FILE)
        return withPassword(
          asRole(given.PMA_VAULT_DB_USER, () => vaultAt(given, readFile), password),
          password,
        )
      },
      vaultKeysDb: () => {
        const password = secret('PMA_VAULT_KEYS_DB_PASSWORD_FILE', given.PMA_VAULT_KEYS_DB_PASSWORD_FILE)
        return withPassword(
          asRole(given.PMA_VAULT_KEYS_DB_USER, () => vaultKeysAt(given, readFile), password),
          password,
        )
      },
      kms: () => kmsOf(given, env),
      telemetry: () => telemetryConfig(given, readFile),
    }),
  }
}

/** What `migrate` needs: the owners of the schemas, and the roles to grant. @throws EnvironmentError. */
export function loadMigrateConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): VaultMigrateConfig {
  const given = parseEnvironment(MigrateEnvironment, env)
  const secret = (variable: string, path: string) => () => readSecretFile(variable, path, readFile)
  const owners = readParts({
    vault: () =>
      asRole(
        given.PMA_VAULT_DB_MIGRATOR_USER,
        () => vaultAt(given, readFile),
        secret('PMA_VAULT_DB_MIGRATOR_PASSWORD_FILE', given.PMA_VAULT_DB_MIGRATOR_PASSWORD_FILE),
      ),
    vaultKeys: () =>
      asRole(
        given.PMA_VAULT_KEYS_DB_MIGRATOR_USER,
        () => vaultKeysAt(given, readFile),
        secret('PMA_VAULT_KEYS_DB_MIGRATOR_PASSWORD_FILE', given.PMA_VAULT_KEYS_DB_MIGRATOR_PASSWORD_FILE),
      ),
  })
  return {
    logLevel: given.LOG_LEVEL,
    vault: { owner: owners.vault, runtimeRole: given.PMA_VAULT_DB_USER },
    vaultKeys: { owner: owners.vaultKeys, runtimeRole: given.PMA_VAULT_KEYS_DB_USER },
  }
}

/** The text of `--help`: every variable and its purpose. */
export function describeEnvironment(): string {
  return [
    'To serve, and for every command but migrate:',
    describeVariables(VaultEnvironment),
    '',
    'To migrate:',
    describeVariables(MigrateEnvironment),
  ].join('\n')
}

type At = Omit<PostgresTarget, 'user' | 'password'>

function vaultAt(given: z.output<typeof Databases>, readFile: ReadFile): At {
  const { PMA_VAULT_DB_HOST: host, PMA_VAULT_DB_PORT: port, PMA_VAULT_DB_NAME: database } = given
  return {
    host,
    port,
    database,
    poolMax: POOL_MAX,
    ...caOf('PMA_VAULT_DB_CA_FILE', given.PMA_VAULT_DB_CA_FILE, readFile),
  }
}

function vaultKeysAt(given: z.output<typeof Databases>, readFile: ReadFile): At {
  const { PMA_VAULT_KEYS_DB_HOST: host, PMA_VAULT_KEYS_DB_PORT: port, PMA_VAULT_KEYS_DB_NAME: database } = given
  return {
    host,
    port,
    database,
    poolMax: POOL_MAX,
    ...caOf('PMA_VAULT_KEYS_DB_CA_FILE', given.PMA_VAULT_KEYS_DB_CA_FILE, readFile),
  }
}

function caOf(variable: string, path: string | undefined, readFile: ReadFile): { ca?: string } {
  return path === undefined ? {} : { ca: readSecretFile(variable, path, readFile) }
}

function kmsOf(given: z.output<typeof VaultEnvironment>, env: NodeJS.ProcessEnv): KmsConfig {
  return given.PMA_KMS === 'aws' ? awsOf(given, env) : fileOf(given)
}

function awsOf(given: z.output<typeof VaultEnvironment>, env: NodeJS.ProcessEnv): KmsConfig {
  const { keys, endpoint } = readParts({ keys: () => masterKeysOf(given), endpoint: () => endpointOf(given, env) })
  return { kind: 'aws', ...keys, ...endpoint }
}

function masterKeysOf(given: z.output<typeof VaultEnvironment>): Omit<AwsKmsTarget, 'endpoint'> {
  const { PMA_KMS_KEY_ARN: keyArn, PMA_KMS_OTHER_KEY_ARNS: otherKeyArns, AWS_REGION: region } = given
  if (keyArn === undefined || region === undefined)
    throw new EnvironmentError(['PMA_KMS=aws needs PMA_KMS_KEY_ARN and AWS_REGION'])
  // Checked here, because the KMS would report a missing key, and only when the first organization is created.
  const strange = [keyArn, ...otherKeyArns].filter((arn) => arn.split(':')[3] !== region)
  if (strange.length > 0)
    throw new EnvironmentError([
      `AWS_REGION is ${region}, and ${strange.join(', ')} is elsewhere: give the region of PMA_KMS_KEY_ARN, and in PMA_KMS_OTHER_KEY_ARNS keys of that region alone`,
    ])
  return { keyArn, otherKeyArns, region }
}

function endpointOf(
  { AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL, PMA_MODE }: z.output<typeof VaultEnvironment>,
  env: NodeJS.ProcessEnv,
): Pick<AwsKmsTarget, 'endpoint'> {
  if (PMA_MODE === 'production') refusePlainEndpoints(env)
  const endpoint = AWS_ENDPOINT_URL_KMS ?? AWS_ENDPOINT_URL
  return endpoint === undefined ? {} : { endpoint }
}

/**
 * Refuses endpoints without TLS: data keys travel to the KMS in clear, and credentials to STS, whose variable the SDK
 * reads by itself.
 */
function refusePlainEndpoints(env: NodeJS.ProcessEnv): void {
  const plain = Object.keys(env).filter(
    (name) => /^AWS_ENDPOINT_URL(_|$)/.test(name) && !/^https:/i.test(env[name] || 'https:'),
  )
  if (plain.length > 0) throw new EnvironmentError(plain.map((name) => `${name}: production needs https`))
}

function fileOf({
  PMA_KMS_KEY_FILE: path,
  PMA_KMS_OTHER_KEY_FILES: otherPaths,
  PMA_ALLOW_KEY_FILE,
  PMA_MODE,
}: z.output<typeof VaultEnvironment>): KmsConfig {
  const wrong = [
    ...(path === undefined ? ['PMA_KMS=file needs PMA_KMS_KEY_FILE'] : []),
    ...(PMA_MODE === 'production' && !PMA_ALLOW_KEY_FILE
      ? ['PMA_KMS=file is a stand-in: in production it needs PMA_ALLOW_KEY_FILE=true']
      : []),
  ]
  if (path === undefined || wrong.length > 0) throw new EnvironmentError(wrong)
  return { kind: 'file', path, otherPaths }
}
