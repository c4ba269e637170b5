import { redisFitness } from '@protectmyapi/service-kit/redis'
import { jittered } from '../freshness/schedule.js'

const LIMITS = {
  /** Between two looks at a Redis that is away: short at first, for a connection that was only cut. */
  probeFirstMs: 100,
  probeMaxMs: 2_000,
}
/** Nothing was written there, for certain. */
export class RedisAway extends Error {
  constructor(detail = 'Redis is away') {
    super(detail)
    this.name = 'RedisAway'
  }
}
/** Whether anything was written is not known. Without the client's own error: that holds the command's arguments. */
export class RedisFailed extends Error {
  constructor(thrown) {
    super(thrown instanceof Error ? thrown.message : String(thrown))
    this.name = 'RedisFailed'
  }
}
export function createRedisLink({ client, schedule, log }) {
  const listeners = []
  let usable = false
  let closed = false
  let failures = 0
  let cancelProbe
  let told = { unfit: '', appendOnly: false }
  function away(err) {
    if (!usable) return
    usable = false
    log.warn({ err }, 'Redis is away: admission goes through management, leases come from the vault')
    for (const tell of listeners) tell()
    probeSoon()
  }
  function probeSoon() {
    if (closed) return
    cancelProbe?.()
    const delayMs = jittered(Math.min(LIMITS.probeMaxMs, LIMITS.probeFirstMs * 2 ** Math.min(failures, 10)))
    cancelProbe = schedule(() => void probe(), delayMs)
  }
  async function probe() {
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
  function back(appendOnly) {
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
//# sourceMappingURL=redis-link.js.map
