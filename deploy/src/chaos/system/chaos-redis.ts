import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import { type RedisServer, startRedis } from '@protectmyapi/dev-kit/redis/redis-server'
import type { TcpSwitch } from '../switch/tcp-switch.js'

/** The Redis of the rig, append-only, with a replica. Only the rig starts it again. */
export interface ChaosRedis {
  /** The address of the first master, with its password. */
  readonly url: string
  /** The process of the master. */
  pid(): number | undefined
  /** Restarts it as an operator does: everything written is kept. */
  restart(): Promise<void>
  /** Kills it like a crash; it stays away until `restart`. */
  kill(): Promise<void>
  flush(): Promise<void>
  /** Kills it and deletes its data; it stays away until `restart`. */
  lose(): Promise<void>
  /**
   * Cuts the replica off, kills the master after `laggingMs`, and promotes the replica: what was written meanwhile is
   * lost. `restore` starts the killed one as a replica of the new master.
   */
  failOver(laggingMs: number): Promise<void>
  restore(): Promise<void>
  stop(): Promise<void>
}

export interface ChaosRedisOptions {
  readonly binary: string
  /** The ports of the first master and of its replica. */
  readonly ports: readonly [number, number]
  readonly password: string
  readonly stateDir: string
  readonly guard: Guard
  /** The link by which the current replica follows the master. */
  readonly replication: TcpSwitch
  /** Called with the port of the new master. */
  readonly onMaster: (port: number) => void
}

/** Far more than a seed ever has undrained. */
const MEMORY = '128mb'

export async function startChaosRedis(options: ChaosRedisOptions): Promise<ChaosRedis> {
  const { ports, replication, onMaster } = options
  let master = await startOne(options, ports[0], 'redis-a')
  let replica = await startOne(options, ports[1], 'redis-b')
  const follow = async (): Promise<void> => {
    replication.route([master.port])
    await askRedis(replica, 'REPLICAOF', '127.0.0.1', String(replication.port))
  }
  await follow()
  return {
    url: master.url,
    pid: () => master.pid(),
    restart: () => master.restart(),
    kill: () => master.kill(),
    async flush() {
      await askRedis(master, 'FLUSHALL')
      await askRedis(master, 'SCRIPT', 'FLUSH')
    },
    async lose() {
      await master.kill()
      await forget(options, master)
    },
    async failOver(laggingMs) {
      replication.pause()
      await new Promise((resolve) => setTimeout(resolve, laggingMs))
      await master.kill()
      const killed = master
      master = replica
      replica = killed
      await askRedis(master, 'REPLICAOF', 'NO', 'ONE')
      replication.drop()
      replication.mend()
      onMaster(master.port)
    },
    async restore() {
      await replica.restart()
      await follow()
    },
    async stop() {
      await replica.stop()
      await master.stop()
    },
  }
}

function startOne(options: ChaosRedisOptions, port: number, name: string): Promise<RedisServer> {
  const { binary, password, stateDir, guard } = options
  return startRedis({
    ...{ binary, port, password, guard, appendOnly: true },
    folder: folderOf(options, port),
    logFile: path.join(stateDir, 'logs', `${name}.log`),
    settings: { maxmemory: MEMORY, masterauth: password },
  })
}

function folderOf({ stateDir, ports }: ChaosRedisOptions, port: number): string {
  return path.join(stateDir, 'redis', port === ports[0] ? 'a' : 'b')
}

async function forget(options: ChaosRedisOptions, { port }: RedisServer): Promise<void> {
  const folder = folderOf(options, port)
  await rm(path.join(folder, 'appendonlydir'), { recursive: true, force: true })
  await rm(path.join(folder, 'appendonly.aof'), { force: true })
}
