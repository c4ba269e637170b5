import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type RedisClient, redisFitness } from '@protectmyapi/service-kit/redis/redis'
import { jittered, type Schedule } from '../freshness/schedule.js'

const LIMITS = {
  /** Between two looks at a Redis that is away: short at first, for a connection that was only cut. */
  probeFirstMs: 100,
  probeMaxMs: 2_000,
} as const

/** Nothing was written there, for certain. */
export class RedisAway extends Error {
  constructor(detail = 'Redis is away') {
    super(detail)
    this.name = 'RedisAway'
  }
}

/** Whether anything was written is not known. Without the client's own error: that holds the command's arguments. */
export class RedisFailed extends Error {
  constructor(thrown: unknown) {
    super(thrown instanceof Error ? thrown.message : String(thrown))
    this.name = 'RedisFailed'
  }
}

/**
 * Redis as something that may be away. One failed command turns everybody to the other way at once; who failed together
 * comes back with jitter, after a look that finds it fit.
 */
export interface RedisLink {
  isUsable(): boolean
  /** @throws RedisAway without asking; RedisFailed, and from then on it counts as away. */
  use<Answer>(ask: (client: RedisClient) => Promise<Answer>): Promise<Answer>
  /** Called whenever it turns from usable to away. */
  onAway(tell: () => void): void
  close(): void
}

interface Deps {
  readonly client: RedisClient
  readonly schedule: Schedule
  readonly log: Logger
}

export function createRedisLink({ client, schedule, log }: Deps): RedisLink {
  const listeners: (() => void)[] = []
  let usable = false
  let closed = false
  let failures = 0
  let cancelProbe: (() => void) | undefined
  let told = { unfit: '', appendOnly: false }

  function away(err: unknown): void {
    if (!usable) return
    usable = false
    log.warn({ err }, 'Redis is away: admission goes through management, leases come from the vault')
    for (const tell of listeners) tell()
    probeSoon()
  }

  function probeSoon(): void {
    if (closed) return
    cancelProbe?.()
    const delayMs = jittered(Math.min(LIMITS.probeMaxMs, LIMITS.probeFirstMs * 2 ** Math.min(failures, 10)))
    cancelProbe = schedule(() => void probe(), delayMs)
  }

  async function probe(): Promise<void> {
    try {
      // While the client still gets ready it takes INFO, and nothing else.
      if (client.status !== 'ready') throw new RedisAway()
      const fitness = await redisFitness(client)
      if (closed) return
      if (fitness.fit) return back(fitness.appendOnly)
      if (told.unfit !== fitness.why) log.error({ why: fitness.why }, 'Redis is not fit for use, and goes unused')
      told = { ...told, unfit: fitness.why }
    } catch (err) {
      log.debug({ err }, 'Redis is still away')
    }
    failures += 1
    probeSoon()
  }

  function back(appendOnly: boolean): void {
    failures = 0
    usable = true
    if (!appendOnly && !told.appendOnly)
      log.warn({}, 'Redis keeps no append-only file: what a crash of it loses is recorded again by the proxies')
    told = { unfit: '', appendOnly: true }
    log.info({}, 'Redis is in use')
  }

  client.on('close', () => away(new Error('the connection was closed')))
  probeSoon()

  return {
    isUsable: () => usable,
    async use(ask) {
      if (!usable) throw new RedisAway()
      try {
        return await ask(client)
      } catch (err) {
        const failed = new RedisFailed(err)
        away(failed)
        throw failed
      }
    },
    onAway: (tell) => void listeners.push(tell),
    close() {
      closed = true
      usable = false
      cancelProbe?.()
      client.disconnect()
    },
  }
}
