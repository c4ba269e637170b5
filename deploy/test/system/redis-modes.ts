import type { TestSystem } from './start-test-system.js'

/** What becomes of Redis while the system works: the product's promises are the same in each. */
export interface RedisMode {
  readonly name: string
  /** Begins it; the returned function ends it. */
  begin(system: TestSystem): Promise<() => Promise<void>>
}

const FLUSH_EVERY_MS = 100

const nothing = (): Promise<void> => Promise.resolve()

export const REDIS_THERE: RedisMode = { name: 'with Redis', begin: async () => nothing }

export const REDIS_STOPPED: RedisMode = {
  name: 'with Redis stopped',
  async begin({ redis }) {
    await redis?.stop()
    return nothing
  },
}

export const REDIS_FLUSHED: RedisMode = {
  name: 'with Redis flushed every 100 ms',
  begin: ({ redis }) => {
    let flushing = Promise.resolve()
    const timer = setInterval(() => {
      // One at a time; one that fails, since a test has stopped it meanwhile, is no failure of the system.
      flushing = flushing.then(() => redis?.flush()).catch(() => undefined)
    }, FLUSH_EVERY_MS)
    return Promise.resolve(() => {
      clearInterval(timer)
      return flushing
    })
  },
}

export const REDIS_MODES: readonly RedisMode[] = [REDIS_THERE, REDIS_STOPPED, REDIS_FLUSHED]
