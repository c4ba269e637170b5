import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import { type RedisServer, startRedis } from '@protectmyapi/dev-kit/redis/redis-server'
import type { TcpSwitch } from '../switch/tcp-switch.js'

/** The Redis of the rig, append-only, with a replica: started again by nobody but the rig. */
export interface ChaosRedis {
  /** Of the one that is the master at first, with its password. */
  readonly url: string
  /** Of the master. */
  pid(): number | undefined
  /** As an operator restarts it: everything written is kept. */
  restart(): Promise<void>
  /** As a crash does; it stays away until `restart`. */
  kill(): Promise<void>
  flush(): Promise<void>
  /** Killed, and its data are gone; it stays away until `restart`. */
  lose(): Promise<void>
  /**
   * The replica stops hearing of what is written, then the master is killed, then the replica is the master: what was
   * written meanwhile is lost. The one that was killed comes back as its replica with `restore`.
   */
  failOver(laggingMs: number): Promise<void>
  restore(): Promise<void>
  stop(): Promise<void>
}

export interface ChaosRedisOptions {
  readonly binary: string
  /** Of the master at first, and of its replica. */
  readonly ports: readonly [number, number]
  readonly password: string
  readonly stateDir: string
  readonly guard: Guard
  /** By which the replica, whichever it is, hears of the master. */
  readonly replication: TcpSwitch
  /** The master listens there now. */
  readonly onMaster: (port: number) => void
}

/** Far more than a seed leaves on its way. */
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
