import { rm } from 'node:fs/promises'
import path from 'node:path'
import { askRedis } from '@protectmyapi/dev-kit/ask-redis'
import type { Guard } from '@protectmyapi/dev-kit/guard'
import { startRedis } from '@protectmyapi/dev-kit/redis-server'

/** The Redis of the rig: append-only, and started again by nobody but the rig. */
export interface ChaosRedis {
  /** With its password. */
  readonly url: string
  pid(): number | undefined
  /** As an operator restarts it: everything written is kept. */
  restart(): Promise<void>
  /** As a crash does; it stays away until `restart`. */
  kill(): Promise<void>
  flush(): Promise<void>
  /** Killed, and its data are gone; it stays away until `restart`. */
  lose(): Promise<void>
  stop(): Promise<void>
}

export interface ChaosRedisOptions {
  readonly binary: string
  readonly port: number
  readonly password: string
  readonly stateDir: string
  readonly guard: Guard
}

/** Far more than a seed leaves on its way. */
const MEMORY = '128mb'

export async function startChaosRedis(options: ChaosRedisOptions): Promise<ChaosRedis> {
  const { binary, port, password, stateDir, guard } = options
  const folder = path.join(stateDir, 'redis')
  const logFile = path.join(stateDir, 'logs', 'redis.log')
  const settings = { maxmemory: MEMORY }
  const server = await startRedis({ binary, port, password, folder, appendOnly: true, logFile, settings, guard })
  return {
    url: server.url,
    pid: () => server.pid(),
    restart: () => server.restart(),
    kill: () => server.kill(),
    async flush() {
      await askRedis(server, 'FLUSHALL')
      await askRedis(server, 'SCRIPT', 'FLUSH')
    },
    async lose() {
      await server.kill()
      await rm(path.join(folder, 'appendonlydir'), { recursive: true, force: true })
      await rm(path.join(folder, 'appendonly.aof'), { force: true })
    },
    stop: () => server.stop(),
  }
}
