import type { Database, Databases } from '../../system/databases.js'
import {
  type Environment,
  managementEnvironment,
  managementMigrateEnvironment,
  type Plan,
  proxyEnvironment,
  vaultEnvironment,
  vaultMigrateEnvironment,
} from '../../system/environments.js'
import type { Ports } from '../../system/launcher-config.js'
import type { RedisAccess } from '../../system/redis-access.js'
import type { ChaosKms } from './chaos-kms.js'
import type { ChaosPorts } from './chaos-ports.js'
import type { Links } from './links.js'

/** What is the same for every process. `ports`, databases and Redis differ, because each process has its own links. */
export type CommonPlan = Omit<Plan, 'ports' | 'redis'> & { readonly redis: RedisAccess }

/**
 * The environment of each process: that of the launcher, with the rig's switches in place of the addresses that it
 * connects to.
 */
export interface ReplicaPlans {
  vault(index: number): Environment
  management(index: number): Environment
  proxy(index: number): Environment
  readonly migrateVault: Environment
  readonly migrateManagement: Environment
}

export function replicaPlans(
  common: CommonPlan,
  listen: ChaosPorts,
  links: Links,
  kms: ChaosKms | undefined,
): ReplicaPlans {
  /** For a process that only listens on some of these. */
  const ports: Ports = { management: 0, directory: 0, vault: 0, proxy: 0, provider: 0, postgres: 0, redis: 0 }
  const direct: Plan = { ...common, ports: { ...ports, vault: portOf(listen.vault, 0) } }
  return {
    vault(index) {
      const link = itemOf(links.vaults, index)
      const environment = vaultEnvironment({
        ...common,
        ports: { ...ports, vault: portOf(listen.vault, index) },
        databases: through(common.databases, link.postgres.port),
      })
      return { ...environment, ...kms?.environment(link.kms.port) }
    },
    management: (index) => {
      const { postgres, vault, redis } = itemOf(links.managements, index)
      const management = portOf(listen.management, index)
      const directory = portOf(listen.directory, index)
      return managementEnvironment({
        ...common,
        ports: { ...ports, management, directory, vault: vault.port },
        databases: through(common.databases, postgres.port),
        redis: redisThrough(common.redis, redis.port),
      })
    },
    proxy: (index) => {
      const { directory, vault, redis } = itemOf(links.proxies, index)
      // The launcher gives each further proxy the next port, so the offset is subtracted here.
      const proxy = portOf(listen.proxy, index) - index
      return proxyEnvironment(
        {
          ...common,
          ports: { ...ports, proxy, directory: directory.port, vault: vault.port },
          redis: redisThrough(common.redis, redis.port),
        },
        index,
      )
    },
    migrateVault: vaultMigrateEnvironment(direct),
    migrateManagement: managementMigrateEnvironment(direct),
  }
}

function through(databases: Databases, port: number): Databases {
  const at = (database: Database): Database => ({ ...database, port })
  return { management: at(databases.management), vault: at(databases.vault), vaultKeys: at(databases.vaultKeys) }
}

function redisThrough(access: RedisAccess, port: number): RedisAccess {
  const url = new URL(access.url)
  url.port = String(port)
  return { ...access, url: url.href }
}

function portOf(ports: readonly number[], index: number): number {
  return itemOf(ports, index)
}

function itemOf<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new Error(`there is no replica ${index}`)
  return item
}
