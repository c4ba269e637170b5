import { warmUp } from '../measure/compare.js'
import { addedDelay, roundsInTurn } from '../measure/delays.js'
import { quantile } from '../measure/statistics.js'
import { openDelays } from '../rig/open-delays.js'
import { buySession } from '../rig/provision.js'
import { redisDelays } from '../rig/redis-delays.js'
import type { Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = {
  pace: { perSecond: 200, requests: 200, connections: 32 },
  /** Of each side in a round: three seconds. */
  windows: 3,
} as const

const WHAT = `added latency at ${LIMITS.pace.perSecond} requests/s`

/** Our latency less that of the pass-through, at a rate that keeps nothing busy, once both processes are warm. */
export const addedLatency = defineRow({
  name: 'latency',
  figures: {
    p50: { what: `${WHAT}, p50`, unit: 'ms', goal: { atMost: 0.5 } },
    p99: { what: `${WHAT}, p99`, unit: 'ms', goal: { atMost: 3 } },
    ping: { what: `a PING to Redis at ${LIMITS.pace.perSecond}/s, p50`, unit: 'ms', goal: 'reported' },
  },
  async measure(rig) {
    const service = await rig.service('fixed')
    const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('fixed')]
    const session = await buySession(proxy.port, rig.app)
    const shots = { ours: jsonPost(proxy.port, service, session), bare: jsonPost(bare.port, service, session) }
    // At this row's rate alone the compiler would need minutes to optimize the code. A proxy that has run for a day has
    // had them.
    await warmUp(rig, { pid: proxy.pid, shot: shots.ours }, { pid: bare.pid, shot: shots.bare })
    const sides = {
      ours: () => openDelays(rig, shots.ours, LIMITS.pace),
      bare: () => openDelays(rig, shots.bare, LIMITS.pace),
    }
    const rounds = await roundsInTurn(rig.rounds, LIMITS.windows, sides)
    const admits = rig.hasRedis ? 'Redis admits' : 'no Redis: the Directory admits'
    const added = (part: number): Taken => {
      const { ms, range } = addedDelay(rounds, part)
      const [low, high] = range
      return { value: ms, note: `${low.toFixed(2)}–${high.toFixed(2)}; ${admits}` }
    }
    return { p50: added(0.5), p99: added(0.99), ping: await pingOf(rig) }
  },
})

/** What the way to Redis and back takes on this machine, because no request goes without it. */
async function pingOf({ system: { redis } }: Rig): Promise<Taken> {
  if (!redis) return { value: null, note: 'no Redis' }
  const delays = await redisDelays(redis.url, LIMITS.pace)
  return { value: quantile(delays, 0.5), note: `p99 ${quantile(delays, 0.99).toFixed(2)}` }
}
