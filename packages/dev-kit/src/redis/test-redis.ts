import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { freePort } from '../free-port.js'
import { startGuard } from '../programs/guard.js'
import { askRedis } from './ask-redis.js'
import { type RedisOptions, type RedisServer, startRedis } from './redis-server.js'

export type TestRedisOptions = Partial<Pick<RedisOptions, 'password' | 'appendOnly' | 'settings'>>

/** A Redis for one test, which may stop, flush and kill it without affecting others. */
export interface TestRedis extends RedisServer {
  /** Sends one command, such as `ask('DBSIZE')`; lists are not supported. @throws Error with Redis's message. */
  ask(...command: string[]): Promise<string>
  /** Deletes everything, including scripts and consumer groups. */
  flush(): Promise<void>
  /** Stops it and removes its data. */
  drop(): Promise<void>
}

export const TEST_REDIS_VARIABLE = 'PMA_TEST_REDIS_SERVER'

const LIMITS = {
  /** Another process may take a port between finding it free and listening on it. */
  attempts: 3,
} as const

/** The program that `make test` has found; undefined if there is none. */
export function testRedisBinary(): string | undefined {
  return process.env[TEST_REDIS_VARIABLE] || undefined
}

/**
 * Starts one in about 50 ms; it ends with this process at the latest.
 *
 * @throws Error if `PMA_TEST_REDIS_SERVER`, the path of a redis-server, is not set.
 */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const binary = testRedisBinary()
  if (binary === undefined) {
    throw new Error(`${TEST_REDIS_VARIABLE} is not set: jest's globalSetup sets it, or give the path of a redis-server`)
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-redis-'))
  const guard = startGuard()
  const forget = async (): Promise<void> => {
    await guard.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const common = { binary, folder, logFile: path.join(folder, 'redis.log'), appendOnly: false, ...options, guard }
    const server = await startSomewhere(common)
    const ask = (...command: string[]): Promise<string> => askRedis(server, ...command)
    return {
      ...server,
      ask,
      async flush() {
        await ask('FLUSHALL')
        await ask('SCRIPT', 'FLUSH')
      },
      async drop() {
        await server.stop()
        await forget()
      },
    }
  } catch (cause) {
    await forget()
    throw cause
  }
}

async function startSomewhere(options: Omit<RedisOptions, 'port'>): Promise<RedisServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startRedis({ ...options, port: await freePort() })
    } catch (cause) {
      if (attempt >= LIMITS.attempts) throw cause
    }
  }
}
