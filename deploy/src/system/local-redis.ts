import path from 'node:path'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { type RedisServer, startRedis } from '@protectmyapi/dev-kit/redis/redis-server'
import type { Engine } from './engine.js'
import { privateFile, randomPassword } from './local-files.js'

export interface LocalRedisOptions {
  readonly stateDir: string
  readonly binary: string
  readonly port: number
  readonly say: (line: string) => void
}

/** The Redis of this folder, started again when it dies. */
export interface LocalRedis extends Engine {
  readonly url: string
}

const LIMITS = {
  /** Far more than one machine ever has undrained. Nothing is evicted, so a leak must hit a limit somewhere. */
  memory: '256mb',
  backoffFirstMs: 500,
  backoffMaxMs: 8_000,
} as const

/** @throws Error with the end of its log where the first start fails. */
export async function keepLocalRedis(
  { stateDir, binary, port, say }: LocalRedisOptions,
  guard: Guard,
  onChange: () => void,
): Promise<LocalRedis> {
  let server: RedisServer | undefined
  let stopping = false
  let backoffMs: number = LIMITS.backoffFirstMs
  // A start that fails ends the process as well, so this runs again.
  const revive = async (): Promise<void> => {
    onChange()
    if (stopping || server === undefined) return
    say(`Redis ended: it is started again in ${backoffMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, backoffMs))
    backoffMs = Math.min(backoffMs * 2, LIMITS.backoffMaxMs)
    if (stopping) return
    try {
      await server.restart()
      backoffMs = LIMITS.backoffFirstMs
      onChange()
    } catch (cause) {
      if (!stopping) say(cause instanceof Error ? cause.message : String(cause))
    }
  }
  server = await startRedis({
    binary,
    port,
    password: await privateFile(path.join(stateDir, 'secrets', 'redis.password'), randomPassword),
    folder: path.join(stateDir, 'redis'),
    appendOnly: true,
    logFile: path.join(stateDir, 'logs', 'redis.log'),
    settings: { maxmemory: LIMITS.memory },
    guard,
    onEnd: () => void revive(),
  })
  onChange()
  const started = server
  return {
    url: started.url,
    mark: started.mark,
    pid: () => started.pid(),
    async stop() {
      stopping = true
      await started.stop()
    },
    kill() {
      stopping = true
      void started.kill()
    },
  }
}
