import type { SeededRandom } from '../schedule/seeded-random.js'
import { startSwitch, type TcpSwitch } from '../switch/tcp-switch.js'
import { type ChaosPorts, REPLICAS } from './chaos-ports.js'

/** The connections of one process, each by a switch of its own, so that one can be cut off while the others are not. */
export interface ProxyLinks {
  readonly directory: TcpSwitch
  readonly vault: TcpSwitch
  readonly redis: TcpSwitch
}

export interface ManagementLinks {
  readonly postgres: TcpSwitch
  readonly vault: TcpSwitch
  readonly redis: TcpSwitch
}

export interface VaultLinks {
  readonly postgres: TcpSwitch
  /** Leads nowhere if a key file is used instead of a KMS. */
  readonly kms: TcpSwitch
}

export interface Links {
  readonly proxies: readonly ProxyLinks[]
  readonly managements: readonly ManagementLinks[]
  readonly vaults: readonly VaultLinks[]
  /** The link by which a replica of Redis follows its master. */
  readonly replication: TcpSwitch
  readonly all: readonly TcpSwitch[]
  /** Sends all new connections to Redis to this port from now on. */
  routeRedis(port: number): void
  close(): Promise<void>
}

export async function startLinks(ports: ChaosPorts, kmsPort: number | undefined, random: SeededRandom): Promise<Links> {
  const all: TcpSwitch[] = []
  const link = async (name: string, targets: readonly number[]): Promise<TcpSwitch> => {
    const chance = random.fork(name)
    const started = await startSwitch({ name, targets, chance: () => chance.next() })
    all.push(started)
    return started
  }
  const each = <T>(make: (number: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: REPLICAS }, (_, index) => make(index + 1)))
  const proxies = await each(async (number) => ({
    directory: await link(`proxy-${number}→directory`, ports.directory),
    vault: await link(`proxy-${number}→vault`, ports.vault),
    redis: await link(`proxy-${number}→redis`, [ports.redis[0]]),
  }))
  const managements = await each(async (number) => ({
    postgres: await link(`management-${number}→postgres`, [ports.postgres]),
    vault: await link(`management-${number}→vault`, ports.vault),
    redis: await link(`management-${number}→redis`, [ports.redis[0]]),
  }))
  const vaults = await each(async (number) => ({
    postgres: await link(`vault-${number}→postgres`, [ports.postgres]),
    kms: await link(`vault-${number}→kms`, kmsPort === undefined ? [] : [kmsPort]),
  }))
  return {
    proxies,
    managements,
    vaults,
    replication: await link('replica→master', [ports.redis[0]]),
    all,
    routeRedis(port) {
      for (const { redis } of [...proxies, ...managements]) redis.route([port])
    },
    async close() {
      for (const one of all) await one.close()
    },
  }
}
