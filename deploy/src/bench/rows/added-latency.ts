import { warmUp } from '../measure/compare.js'
import { addedDelay, roundsInTurn } from '../measure/delays.js'
import { openDelays } from '../rig/open-delays.js'
import { buySession } from '../rig/provision.js'
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
    return { p50: added(0.5), p99: added(0.99) }
  },
})
