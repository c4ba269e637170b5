import type { Database, Databases } from './databases.js'
import { type Identities, type Identity, NAMESPACE, TRUST_DOMAIN } from './identities.js'
import type { Ports } from './launcher-config.js'
import { type RedisAccess, redisEnvironment } from './redis-access.js'

/** The settings from which the environments of the services are built. */
export interface Plan {
  readonly host: string
  readonly ports: Ports
  readonly identities: Identities
  readonly databases: Databases
  /** Undefined: Redis is not used. */
  readonly redis: RedisAccess | undefined
  readonly kmsKeyFile: string
  readonly bootstrap: { readonly email: string; readonly passwordFile: string; readonly organization: string }
  readonly horizonMs: number
  /** Undefined: management serves the API alone. */
  readonly dashboardDir: string | undefined
  readonly logLevel: string
}

/** The settings that a proxy needs. */
export type ProxyPlan = Pick<Plan, 'host' | 'ports' | 'identities' | 'redis' | 'logLevel'>

/** A set of variables. */
export type Environment = Readonly<Record<string, string>>

/** For SDKs that accept a host without a path. Browsers and resolvers send `*.localhost` to loopback. */
export const HOST_SUFFIX = 'proxy.localhost'

/** Only in this mode may loopback be a provider: these hosts are exempt from the https and private-address rules. */
const PRIVATE_UPSTREAMS = '127.0.0.1,localhost,[::1]'

/** Short, so that a stop does not keep a developer waiting for a stream. */
const DRAIN_MS = '5000'

export function vaultEnvironment(plan: Plan): Environment {
  return {
    ...common(plan, plan.identities.vault),
    PMA_VAULT_HOST: '127.0.0.1',
    PMA_VAULT_PORT: String(plan.ports.vault),
    ...database('PMA_VAULT_DB', plan.databases.vault),
    ...database('PMA_VAULT_KEYS_DB', plan.databases.vaultKeys),
    PMA_KMS: 'file',
    PMA_KMS_KEY_FILE: plan.kmsKeyFile,
  }
}

export function vaultMigrateEnvironment(plan: Plan): Environment {
  return {
    ...vaultEnvironment(plan),
    ...migrator('PMA_VAULT_DB', plan.databases.vault),
    ...migrator('PMA_VAULT_KEYS_DB', plan.databases.vaultKeys),
  }
}

export function managementEnvironment(plan: Plan): Environment {
  return {
    ...common(plan, plan.identities.management),
    PMA_MANAGEMENT_HOST: plan.host,
    PMA_MANAGEMENT_PORT: String(plan.ports.management),
    PMA_DIRECTORY_HOST: '127.0.0.1',
    PMA_DIRECTORY_PORT: String(plan.ports.directory),
    ...database('PMA_MANAGEMENT_DB', plan.databases.management),
    ...redisEnvironment(plan.redis),
    PMA_VAULT_ADDRESS: `127.0.0.1:${plan.ports.vault}`,
    PMA_HORIZON_MS: String(plan.horizonMs),
    ...(plan.dashboardDir === undefined ? {} : { PMA_DASHBOARD_DIR: plan.dashboardDir }),
    PMA_PROXY_URL: `http://127.0.0.1:${plan.ports.proxy}`,
    PMA_BOOTSTRAP_EMAIL: plan.bootstrap.email,
    PMA_BOOTSTRAP_PASSWORD_FILE: plan.bootstrap.passwordFile,
    PMA_BOOTSTRAP_ORGANIZATION: plan.bootstrap.organization,
    PMA_ALLOW_PRIVATE_UPSTREAMS: PRIVATE_UPSTREAMS,
  }
}

export function managementMigrateEnvironment(plan: Plan): Environment {
  return { ...managementEnvironment(plan), ...migrator('PMA_MANAGEMENT_DB', plan.databases.management) }
}

export type Service = 'vault' | 'management' | 'proxy'

/**
 * As in the images. Objects of requests under way outlive a scavenge of Node's default 16 MiB, which then copies them.
 * Twice the space halves the number of scavenges; it may take 48 MiB more. Bodies are outside of the heap but count
 * towards the next full collection, which V8 plans 9 MiB above a heap of 26 MiB. With an initial old space of 128 MiB
 * these collections do not happen. Passed as arguments, because NODE_OPTIONS does not allow all of them.
 */
const NODE_OPTIONS: Readonly<Record<Service, readonly string[]>> = {
  vault: ['--max-semi-space-size=32'],
  management: [],
  proxy: ['--max-semi-space-size=32', '--initial-old-space-size=128'],
}

export const nodeOptionsOf = (service: Service): readonly string[] => NODE_OPTIONS[service]

export function proxyEnvironment(plan: ProxyPlan, index: number): Environment {
  const identity = plan.identities.proxies[index]
  if (identity === undefined) throw new Error(`there is no identity for proxy ${index}`)
  return {
    ...common(plan, identity),
    PMA_PROXY_HOST: plan.host,
    PMA_PROXY_PORT: String(plan.ports.proxy + index),
    PMA_PROXY_HOST_SUFFIX: HOST_SUFFIX,
    ...redisEnvironment(plan.redis),
    PMA_DIRECTORY_ADDRESS: `127.0.0.1:${plan.ports.directory}`,
    PMA_VAULT_ADDRESS: `127.0.0.1:${plan.ports.vault}`,
    PMA_ALLOW_PRIVATE_UPSTREAMS: PRIVATE_UPSTREAMS,
    PMA_DRAIN_MS: DRAIN_MS,
  }
}

function common({ identities, logLevel }: Pick<Plan, 'identities' | 'logLevel'>, identity: Identity): Environment {
  return {
    LOG_LEVEL: logLevel,
    PMA_MODE: 'development',
    PMA_TLS_CERT_FILE: identity.cert,
    PMA_TLS_KEY_FILE: identity.key,
    PMA_TLS_CA_FILE: identities.ca,
    PMA_TRUST_DOMAIN: TRUST_DOMAIN,
    PMA_NAMESPACE: NAMESPACE,
  }
}

function database(prefix: string, { host, port, name, runtime }: Database): Environment {
  return {
    [`${prefix}_HOST`]: host,
    [`${prefix}_PORT`]: String(port),
    [`${prefix}_NAME`]: name,
    [`${prefix}_USER`]: runtime.user,
    [`${prefix}_PASSWORD_FILE`]: runtime.passwordFile,
  }
}

function migrator(prefix: string, { migrator: role }: Database): Environment {
  return { [`${prefix}_MIGRATOR_USER`]: role.user, [`${prefix}_MIGRATOR_PASSWORD_FILE`]: role.passwordFile }
}
