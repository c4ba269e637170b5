import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type RedisClient, redisFitness } from '@protectmyapi/service-kit/redis/redis'
import type { Schedule } from '../freshness/schedule.js'
import { tryWrites } from './try-writes.js'

/** With the time for a new connection (2 s, service-kit's redis.ts), a Redis that is back is used within 5 s. */
const LIMITS = {
  /**
   * Between two looks while Redis is away. Doubled with each look that finds it away, and with each return that did not
   * last.
   */
  lookFirstMs: 100,
  lookMaxMs: 1_500,
  /**
   * A random part of this is added, so that a fleet which lost Redis at one moment comes back over a second, not at
   * once.
   */
  spreadMs: 1_000,
  /** After this long in use, Redis is back for good, and the next loss counts as a new one. */
  lastsMs: 5_000,
  /** Between two looks while it is in use, because its settings may be changed as it runs. */
  lookAgainMs: 30_000,
  /** From hearing of a new node to a look at it, because several are heard of at once. */
  newNodeMs: 100,
  /** A state that stays is logged again after this. */
  tellAgainMs: 60_000,
} as const

/** Nothing was written, for certain. */
export class RedisAway extends Error {
  constructor(detail = 'Redis is away') {
    super(detail)
    this.name = 'RedisAway'
  }
}

/**
 * It is not known whether anything was written. Does not carry the client's own error, because that holds the command's
 * arguments.
 */
export class RedisFailed extends Error {
  constructor(thrown: unknown) {
    super(thrown instanceof Error ? thrown.message : String(thrown))
    this.name = 'RedisFailed'
  }
}

/**
 * Redis as something that may be away. One failed command makes every caller use its alternative at once. Proxies that
 * failed together come back one by one, each after a look that finds Redis fit and writable; where that does not last,
 * later each time.
 */
export interface RedisLink {
  isUsable(): boolean
  /** @throws RedisAway without asking; RedisFailed, and from then on it counts as away. */
  use<Answer>(ask: (client: RedisClient) => Promise<Answer>): Promise<Answer>
  /** Called whenever it turns from usable to away. */
  onAway(listener: () => void): void
  close(): void
}

interface Deps {
  readonly client: RedisClient
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly schedule: Schedule
  readonly log: Logger
}

export function createRedisLink({ client, clock, schedule, log }: Deps): RedisLink {
  const listeners: (() => void)[] = []
  let usable = false
  /** Consecutive looks that found it away and returns that did not last. */
  let failures = 0
  /**
   * When Redis was taken into use, and whether the use before had lasted. If not, "in use" is logged only once this one
   * has lasted.
   */
  let usedSinceMs = 0
  let lasted = true
  let told = { what: '', atMs: 0 }
  let isAppendOnlyTold = false
  /** The number of the look that counts. A look under way is ignored once another is planned. */
  let looks = 0
  let cancelLook: (() => void) | undefined

  function lookAfter(delayMs: number): void {
    cancelLook?.()
    looks += 1
    cancelLook = schedule(() => void look(looks), delayMs)
  }

  async function look(number: number): Promise<void> {
    const found = await fitness().catch((err: unknown) => new RedisFailed(err))
    if (number !== looks) return
    if (found instanceof RedisFailed) away(found)
    else if (!found.fit) unfit(found.why)
    else if (usable) goOn()
    else back(found.appendOnly)
  }

  async function fitness(): ReturnType<typeof redisFitness> {
    // A client that is still getting ready accepts INFO, and nothing else.
    if (client.status !== 'ready') throw new RedisAway('there is no connection')
    const found = await redisFitness(client)
    if (found.fit) await tryWrites(client)
    return found
  }

  function away(err: RedisFailed): void {
    tell('away', () =>
      log.warn({ err }, 'Redis is away: admission goes through management, leases come from the vault'),
    )
    leave()
  }

  function unfit(why: string): void {
    tell(why, () => log.error({ why }, 'Redis is not fit for use, so it is not used'))
    leave()
  }

  function leave(): void {
    const wasUsable = usable
    usable = false
    if (wasUsable) {
      lasted = failures === 0
      for (const listener of listeners) listener()
    }
    const grownMs = Math.min(LIMITS.lookMaxMs, LIMITS.lookFirstMs * 2 ** Math.min(failures, 10))
    failures += 1
    lookAfter(grownMs + Math.random() * LIMITS.spreadMs)
  }

  function back(appendOnly: boolean): void {
    usable = true
    usedSinceMs = clock.monotonicMs()
    if (!appendOnly && !isAppendOnlyTold)
      log.warn(
        {},
        'Redis has no append-only file: access entries lost in a Redis crash are recorded again by the proxies',
      )
    isAppendOnlyTold = true
    if (lasted) tellInUse()
    lookAfter(LIMITS.lastsMs)
  }

  function goOn(): void {
    const restMs = usedSinceMs + LIMITS.lastsMs - clock.monotonicMs()
    if (restMs <= 0) {
      failures = 0
      tellInUse()
    }
    lookAfter(restMs > 0 ? restMs : LIMITS.lookAgainMs)
  }

  function tellInUse(): void {
    if (told.what !== 'in use') tell('in use', () => log.info({}, 'Redis is in use'))
  }

  function tell(what: string, say: () => void): void {
    const atMs = clock.monotonicMs()
    if (told.what === what && atMs - told.atMs < LIMITS.tellAgainMs) return
    told = { what, atMs }
    say()
  }

  client.on('close', () => {
    if (usable) away(new RedisFailed('the connection was closed'))
  })
  client.on('+node', () => {
    if (usable) lookAfter(LIMITS.newNodeMs)
  })
  // A process that starts without Redis is told by the client, and looks once it is there (service-kit's redis.ts).
  if (client.status === 'ready') lookAfter(0)
  else client.once('ready', () => lookAfter(0))

  return {
    isUsable: () => usable,
    async use(ask) {
      if (!usable) throw new RedisAway()
      try {
        return await ask(client)
      } catch (err) {
        const failed = new RedisFailed(err)
        if (usable) away(failed)
        throw failed
      }
    },
    onAway: (listener) => void listeners.push(listener),
    close() {
      usable = false
      looks += 1
      cancelLook?.()
      client.disconnect()
    },
  }
}
