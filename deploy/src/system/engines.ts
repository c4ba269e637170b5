import path from 'node:path'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import type { Progress } from '../console/progress.js'
import type { Engine } from './engine.js'
import type { LauncherConfig } from './launcher-config.js'
import { keepLocalPostgres } from './local-postgres.js'
import { keepLocalRedis } from './local-redis.js'
import type { StateFile } from './local-state.js'
import { type RedisAccess, redisAccess } from './redis-access.js'

export interface EnginesDeps {
  readonly config: LauncherConfig
  readonly state: StateFile
  readonly progress: Progress
  readonly guard: Guard
  /** Called after every change of `pids`. */
  readonly onChange: () => void
}

/** Postgres and Redis, as far as this project runs them. */
export interface Engines {
  /** The URL of a Postgres where databases and roles may be made: the project's own, or a given one. */
  startPostgres(): Promise<string>
  /** How to reach Redis; undefined where none is used. */
  startRedis(): Promise<RedisAccess | undefined>
  /** The processes that are up, by name. */
  pids(): readonly (readonly [string, number])[]
  /** The mark in the command line of an engine's process; undefined for a name that is not an engine. */
  markOf(name: string): string | undefined
  stop(): Promise<void>
  /** Ends them at once. */
  kill(): void
}

export function createEngines({ config, state, progress, guard, onChange }: EnginesDeps): Engines {
  const { stateDir, ports } = config
  const running = new Map<string, Engine>()
  const add = <Started extends Engine>(name: string, engine: Started): Started => {
    running.set(name, engine)
    onChange()
    return engine
  }
  return {
    async startPostgres() {
      if (config.databaseUrl !== undefined) return config.databaseUrl
      const { postgres: choice, postgresSettings: settings } = config
      const options = { stateDir, state, port: ports.postgres, choice, ...(settings && { settings }) }
      return progress.step('Postgres', async (say) => {
        return add('postgres', await keepLocalPostgres({ ...options, say }, guard, onChange)).url
      })
    },
    async startRedis() {
      const source = config.redis
      if (source.kind === 'none') return undefined
      const secretsDir = path.join(stateDir, 'secrets')
      if (source.kind === 'given') return redisAccess(source, secretsDir)
      const options = { stateDir, binary: source.binary, port: ports.redis }
      const { url } = await progress.step('Redis', async (say) => {
        return add('redis', await keepLocalRedis({ ...options, say }, guard, onChange))
      })
      return redisAccess({ url, cluster: false }, secretsDir)
    },
    pids: () =>
      [...running].flatMap(([name, engine]) => {
        const pid = engine.pid()
        return pid === undefined ? [] : [[name, pid] as const]
      }),
    markOf: (name) => running.get(name)?.mark,
    async stop() {
      for (const engine of running.values()) await engine.stop()
      running.clear()
    },
    kill() {
      for (const engine of running.values()) engine.kill()
    },
  }
}
